-- +goose Up
CREATE TABLE post (id int, title text);

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION histories() RETURNS void AS $$
BEGIN
  -- +goose StatementEnd inside; a comment
  INSERT INTO post VALUES (1, 'a');
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd
SELECT histories();
-- +goose Down
