/* The MariaDB for tests that tests/lib/mariadb has started. */
#ifndef PLATFORM_DB_SERVER_BED_H
#define PLATFORM_DB_SERVER_BED_H

/* "mysql://user@host:port", or NULL: there is none. */
const char *server_address(void);
/* Another connection to it, as an administrator has it: runs text that gives no rows, in a database (may be NULL). */
void server_sql(const char *address, const char *database, const char *sql);

/* "CREATE DATABASE" or "DROP DATABASE". */
void server_database(const char *address, const char *what, const char *name);

#endif
