#include "server_bed.h"

#include "test.h"

#include <mysql.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

const char *server_address(void)
{
    return getenv("TAKENSEAT_TEST_MARIADB");
}

void server_sql(const char *address, const char *database, const char *sql)
{
    char user[64], host[64];
    unsigned port;
    assert_int_equal(sscanf(address, "mysql://%63[^@]@%63[^:]:%u", user, host, &port), 3);
    MYSQL *my = mysql_init(NULL);
    static const unsigned tcp = MYSQL_PROTOCOL_TCP;
    mysql_options(my, MYSQL_OPT_PROTOCOL, &tcp);
    bool ok = mysql_real_connect(my, host, user, getenv("TAKENSEAT_DB_PASSWORD"), database, port, NULL, 0) && !mysql_query(my, sql);
    if (!ok)
        fprintf(stderr, "%s: %s\n", sql, mysql_error(my));
    mysql_close(my);
    assert_true(ok);
}

void server_database(const char *address, const char *what, const char *name)
{
    char sql[128];
    snprintf(sql, sizeof(sql), "%s `%s`", what, name);
    server_sql(address, NULL, sql);
}
