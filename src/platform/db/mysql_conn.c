/* One connection to MariaDB or MySQL: how it is made, what its session is set to, what its failures mean. */
#include "platform/db/mysql_impl.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "platform/obs/log.h"

#define CONNECT_S 5
#define RECONNECT_MS 2000     /* so long a group waits for a server that has gone away */
#define PAUSE_MS 100
#define ANSWER_S 60           /* without a word for so long the connection counts as lost */
#define LEASE_S 5             /* the same where a lease depends on it */
#define LONG_S 3600           /* the same for an audit's questions about the whole data, and for a migration */
#define PACKET_MIN (16 << 20) /* a venue's plan or a poster in one piece */

/* Strict, and as SQLite reads SQL: || joins, \ is a letter, "x" is a name, differences of bit patterns have signs, a SET list sees the old row. */
#define MODES "STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,ANSI_QUOTES,NO_UNSIGNED_SUBTRACTION,NO_ENGINE_SUBSTITUTION"

/* Texts compare by their bytes, spaces at their ends too. */
#define MARIADB_SESSION "SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin, sql_mode = '" MODES ",SIMULTANEOUS_ASSIGNMENT'"
#define MYSQL_SESSION "SET NAMES utf8mb4 COLLATE utf8mb4_0900_bin, sql_mode = '" MODES "'"

static bool set_session(MYSQL *my, enum conn_use use)
{
    return !mysql_query(my, mariadb_connection(my) ? MARIADB_SESSION : MYSQL_SESSION) &&
           !mysql_query(my, "SET SESSION autocommit = 1, innodb_lock_wait_timeout = 5, lock_wait_timeout = 30, wait_timeout = 2147483") &&
           !mysql_query(my, use != CONN_READS ? "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
                                              : "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");       /* snapshots need it */
}

static void set_options(MYSQL *my, const struct db *db, enum conn_use use)
{
    const struct my *own = db->own;
    static const unsigned tcp = MYSQL_PROTOCOL_TCP, connect_s = CONNECT_S, packet = 1u << 30, no_files = 0;
    unsigned answer_s = use == CONN_LEASE ? LEASE_S : db->o.only_read ? LONG_S : ANSWER_S;
    my_bool tls = own->tls;
    mysql_options(my, MYSQL_OPT_PROTOCOL, &tcp);
    mysql_options(my, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
    mysql_options(my, MYSQL_OPT_READ_TIMEOUT, &answer_s);
    mysql_options(my, MYSQL_OPT_WRITE_TIMEOUT, &answer_s);
    mysql_options(my, MYSQL_OPT_MAX_ALLOWED_PACKET, &packet);
    mysql_options(my, MYSQL_OPT_LOCAL_INFILE, &no_files);
    mysql_options(my, MYSQL_OPT_SSL_ENFORCE, &tls);
    mysql_options(my, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &tls);
    if (own->tls_ca)
        mysql_options(my, MYSQL_OPT_SSL_CA, own->tls_ca);
}

MYSQL *my_dial(struct db *db, enum conn_use use, struct arena *arena, struct str *ret_why)
{
    const struct my *own = db->own;
    MYSQL *my = mysql_init(NULL);
    if (!my)
        abort();
    set_options(my, db, use);
    unsigned port = (unsigned)own->at.server.port;
    if (mysql_real_connect(my, own->host, own->user, own->password, own->database, port, NULL, CLIENT_FOUND_ROWS) && set_session(my, use))
        return my;
    unsigned code = mysql_errno(my);
    const char *key = code == ER_ACCESS_DENIED_ERROR ? "db.url, db.password" : code == CR_SSL_CONNECTION_ERROR ? "db.tls, db.tls_ca" : "db.url";
    *ret_why = arena_fmt(arena, "%s: the database server %s:%d does not take us: %s", key, own->host, own->at.server.port, mysql_error(my));
    mysql_close(my);
    return NULL;
}

bool my_ask(MYSQL *my, const char *sql, int64_t *ret)
{
    if (!my || mysql_query(my, sql))
        return false;
    MYSQL_RES *result = mysql_store_result(my);
    MYSQL_ROW row = result ? mysql_fetch_row(result) : NULL;
    bool found = row && row[0] && str_to_int(str_c(row[0]), ret);
    mysql_free_result(result);
    return found;
}

static bool packets_fit(MYSQL *my, struct arena *arena, struct str *ret_why)
{
    int64_t packet = 0;
    if (my_ask(my, "SELECT @@max_allowed_packet", &packet) && packet >= PACKET_MIN)
        return true;
    *ret_why = arena_fmt(arena, "the database server's max_allowed_packet is %lld: %d or more is needed", (long long)packet, PACKET_MIN);
    return false;
}

struct conn *my_connect(struct db *db, enum conn_use use, struct arena *arena, struct str *ret_why)
{
    struct my_conn *c = calloc(1, sizeof(*c));
    if (!c)
        abort();
    c->conn = (struct conn){ .backend = &mysql_backend, .db = db };
    c->use = use;
    c->my = my_dial(db, use, arena, ret_why);
    if (c->my && packets_fit(c->my, arena, ret_why)) {
        if (use != CONN_WRITES || my_name_writer(&c->conn))
            return &c->conn;
        *ret_why = arena_fmt(arena, "the database server does not end an old connection of ours");
    }
    my_disconnect(&c->conn);
    return NULL;
}

void my_hang_up(struct conn *conn)
{
    struct my_conn *c = my_conn_of(conn);
    my_forget_statements(conn);
    if (c->my)
        mysql_close(c->my);
    c->my = NULL;
    c->lost = false;
}

void my_disconnect(struct conn *c)
{
    my_hang_up(c);
    map_free(&c->statements);
    free(c);
}

bool my_reconnect(struct conn *conn)
{
    struct my_conn *c = my_conn_of(conn);
    if (c->lost)
        my_hang_up(conn);
    if (c->my)
        return true;
    struct arena *arena = arena_new(0);
    struct str why;
    c->my = my_dial(conn->db, c->use, arena, &why);
    if (c->my && c->use == CONN_WRITES && !my_name_writer(conn)) {
        why = S("the database server does not end an old connection of ours");
        my_hang_up(conn);
    }
    if (!c->my)
        snprintf(c->why, sizeof(c->why), "%.*s", STR_ARG(why));
    if (!c->my && !c->told)
        LOG(LOG_ERROR, "database", lf_s("why", why));
    if (c->my)
        LOG0(LOG_INFO, "connected to the database again");
    c->told = !c->my;
    arena_free(arena);
    return c->my != NULL;
}

bool my_writer_reach(struct conn *c)
{
    struct timespec pause = { 0, PAUSE_MS * 1000000L };
    for (int64_t give_up = mono_us() + RECONNECT_MS * INT64_C(1000); !my_reconnect(c); nanosleep(&pause, NULL))
        if (mono_us() > give_up) {
            c->group->broken = true;
            return false;
        }
    return true;
}

unsigned my_exec(struct conn *conn, const char *sql)
{
    struct my_conn *c = my_conn_of(conn);
    if (!c->my || c->lost)
        return CR_SERVER_LOST;
    return mysql_query(c->my, sql) ? mysql_errno(c->my) : 0;
}

unsigned my_exec_long(struct conn *conn, const char *sql)
{
    struct my_conn *c = my_conn_of(conn);
    if (!c->my || c->lost)
        return CR_SERVER_LOST;
    if (mysql_send_query(c->my, sql, strlen(sql)))
        return mysql_errno(c->my);
    struct pollfd answer = { mysql_get_socket(c->my), POLLIN, 0 };
    (void)!poll(&answer, 1, LONG_S * 1000);
    return mysql_read_query_result(c->my) ? mysql_errno(c->my) : 0;
}

const char *my_why(struct conn *conn)
{
    struct my_conn *c = my_conn_of(conn);
    return c->my && mysql_errno(c->my) ? mysql_error(c->my) : c->why;
}

/* ---- failures ---- */

static bool constraint(unsigned code)
{
    switch (code) {
    case ER_DUP_ENTRY: case ER_DUP_ENTRY_WITH_KEY_NAME: case ER_BAD_NULL_ERROR: case ER_NO_REFERENCED_ROW_2: case ER_ROW_IS_REFERENCED_2:
    case ER_CONSTRAINT_FAILED: case 3819 /* the same, MySQL */: case ER_SIGNAL_EXCEPTION:
        return true;
    default:
        return false;
    }
}

bool my_deadlock(unsigned code)
{
    return code == ER_LOCK_DEADLOCK || code == ER_LOCK_WAIT_TIMEOUT || code == ER_CHECKREAD;
}

/* Too long, no UTF-8, out of range: the server's columns are stricter than SQLite's. */
static bool unfit(unsigned code)
{
    return code == ER_DATA_TOO_LONG || code == ER_TRUNCATED_WRONG_VALUE_FOR_FIELD || code == ER_TRUNCATED_WRONG_VALUE || code == WARN_DATA_TRUNCATED ||
           code == ER_WARN_DATA_OUT_OF_RANGE || code == ER_DATA_OUT_OF_RANGE || code == ER_INVALID_CHARACTER_STRING;
}

/* Client errors begin at 2000; the server says so itself when it stops or is told to end this connection. */
static bool connection_lost(unsigned code)
{
    return (code >= CR_MIN_ERROR && code <= 2999) || code >= 5000 || code == ER_SERVER_SHUTDOWN || code == ER_CONNECTION_KILLED || code == ER_NET_READ_ERROR ||
           code == ER_NET_WRITE_INTERRUPTED || code == ER_QUERY_INTERRUPTED || code == ER_UNKNOWN_COM_ERROR;
}

err my_failed(struct conn *conn, unsigned code, const char *why)
{
    struct my_conn *c = my_conn_of(conn);
    if (why != c->why)
        snprintf(c->why, sizeof(c->why), "%s", why);
    if (constraint(code))
        return ERR_CONFLICT;
    bool lost = connection_lost(code);
    LOG(lost || my_deadlock(code) ? LOG_WARN : LOG_ERROR, "database", lf_i("code", (int64_t)code), lf_s("why", str_c(why)));
    c->lost = c->lost || lost;
    if (conn->group) {
        conn->group->broken = true;
        conn->group->again = lost || my_deadlock(code);
        conn->group->apart = unfit(code);
    }
    return ERR_UNAVAILABLE;
}
