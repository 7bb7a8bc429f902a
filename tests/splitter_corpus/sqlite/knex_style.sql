create table `users` (`id` integer not null primary key autoincrement, `kind` text check (`kind` in ('a', 'b;')) not null default 'a');
create unique index `users_kind_unique` on `users` (`kind`);
insert into `users` (`kind`) select 'a' as `kind` union all select 'b;' as `kind`;
PRAGMA foreign_keys;
