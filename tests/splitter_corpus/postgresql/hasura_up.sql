SET check_function_bodies = false;
CREATE FUNCTION public.set_current_timestamp_updated_at() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
  _new record;
BEGIN
  _new := NEW;
  _new."updated_at" = NOW();
  RETURN _new;
END;
$$;
CREATE TABLE public.todo (id integer NOT NULL, "title;" text, updated_at timestamptz DEFAULT now() NOT NULL);
CREATE SEQUENCE public.todo_id_seq AS integer START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
ALTER SEQUENCE public.todo_id_seq OWNED BY public.todo.id;
ALTER TABLE ONLY public.todo ALTER COLUMN id SET DEFAULT nextval('public.todo_id_seq'::regclass);
CREATE TRIGGER set_public_todo_updated_at BEFORE UPDATE ON public.todo FOR EACH ROW EXECUTE FUNCTION public.set_current_timestamp_updated_at();
COMMENT ON TRIGGER set_public_todo_updated_at ON public.todo IS 'trigger to set value of column "updated_at"; on update';
