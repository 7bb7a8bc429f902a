create table log(what);
create temp trigger a after insert on log begin delete from log where what = ';'; end;
CREATE TRIGGER IF NOT EXISTS b INSTEAD OF DELETE ON log_view BEGIN
  -- comment; with 'quote
  INSERT INTO log VALUES ('END;'); /* END; */
  DELETE FROM log;
END;
CREATE TRIGGER c BEFORE DELETE ON log BEGIN INSERT INTO log SELECT old.what; UPDATE log SET what = 1; SELECT "end;"; END;
DROP TRIGGER c
