create table legacy (id int primary key, tags varchar(100));
create table tag (legacy_id int, name varchar(100));
insert into legacy values (1, 'a,b'), (2, 'c;d');
delimiter $$
create procedure split_tags()
-- comment between header and body
begin
  declare done boolean default false;
  declare v_id int;
  declare v_tags varchar(100);
  declare cur cursor for select id, tags from legacy;
  declare continue handler for not found set done = true;

  open cur;
  read_loop: loop
    fetch cur into v_id, v_tags;
    if done then leave read_loop; end if;
    insert into tag values (v_id, v_tags);
  end loop;
  close cur;
end$$
delimiter ;
call split_tags();
drop procedure split_tags;
