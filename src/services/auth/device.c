/* What a browser says of itself, in the few words by which its owner recognises it: "Firefox, Windows". */
#include "auth_int.h"

struct sign {
    const char *in_agent, *name;
};

/* The first that is found counts: many say that they are Chrome and Safari too. */
static const struct sign browsers[] = {
    { "Edg", "Edge" },          { "OPR/", "Opera" },       { "Whale/", "Whale" },     { "SamsungBrowser/", "Samsung Internet" },
    { "KAKAOTALK", "KakaoTalk" }, { "Firefox/", "Firefox" }, { "FxiOS/", "Firefox" },   { "CriOS/", "Chrome" },
    { "Chrome/", "Chrome" },    { "Safari/", "Safari" },   { "curl/", "curl" },       { NULL, NULL },
};
static const struct sign systems[] = {
    { "iPhone", "iPhone" },   { "iPad", "iPad" },     { "Android", "Android" }, { "Windows", "Windows" },
    { "Macintosh", "macOS" }, { "CrOS", "ChromeOS" }, { "Linux", "Linux" },     { NULL, NULL },
};

static const char *sign_find(const struct sign *s, struct str agent)
{
    for (; s->in_agent; s++)
        if (agent.n && memmem(agent.p, agent.n, s->in_agent, strlen(s->in_agent)))
            return s->name;
    return NULL;
}

struct str device_name(struct arena *arena, struct str agent)
{
    const char *browser = sign_find(browsers, agent), *system = sign_find(systems, agent);
    if (browser && system)
        return arena_fmt(arena, "%s, %s", browser, system);
    return str_c(browser ? browser : system);
}
