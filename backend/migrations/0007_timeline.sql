-- A store's timeline in its own row, as the API shows it, so that whoever reads a store has it. The default is a constant, so PostgreSQL
-- touches no row.
--
-- Alone in its transaction: nobody can read stores while it has this lock.
alter table stores add column timeline jsonb default '[]' not null;
