create schema if not exists app;
create table app.profile (id uuid primary key, owner text not null, public boolean default false);
alter table app.profile enable row level security;
create policy "Owners can; see" on app.profile for select using (owner = current_user or public);
create policy "Owners can't delete others' rows" on app.profile as restrictive for delete to public using (owner = current_user);
create or replace function app.handle_new() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into app.profile (id, owner) values (new.id, coalesce(new.owner, 'x;y'));
  return new;
end;
$$;
drop trigger if exists on_new on app.profile;
create trigger on_new after insert on app.profile for each row when (pg_trigger_depth() = 0) execute procedure app.handle_new();
comment on policy "Owners can; see" on app.profile is 'says; it''s fine';
grant usage on schema app to public;
