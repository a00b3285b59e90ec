#include "json.h"

#include "tool.h"

const char *json_text(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

int64_t json_int(const cJSON *object, const char *name, int64_t otherwise)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsNumber(item) ? (int64_t)item->valuedouble : otherwise;
}

int64_t json_amount(const cJSON *object, const char *name)
{
    return json_int(cJSON_GetObjectItemCaseSensitive(object, name), "amount", -1);
}

char *json_print(cJSON *object)
{
    char *text = cJSON_PrintUnformatted(object);

    cJSON_Delete(object);
    if (!text)
        tool_die("out of memory");
    return text;
}
