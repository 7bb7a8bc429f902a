-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER validate BEFORE INSERT ON account
WHEN new.balance < 0 AND (SELECT count(*) FROM account) > 0
BEGIN
    SELECT RAISE(ABORT, 'no; overdraft');
END;
-- +goose StatementEnd
CREATE TABLE after_it (a);
-- +goose Down
