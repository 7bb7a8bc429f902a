PRAGMA journal_mode = WAL;
PRAGMA main.user_version = 5;
pragma busy_timeout(5000);
PRAGMA encoding = "UTF-8";
PRAGMA table_info('odd;name')
