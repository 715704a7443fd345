/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading JSON objects whose members are known.
 */
#include "json-read.h"

#include "error.h"

void json_read_fail(JsonRead *read, const char *name, const char *what)
{
    if (read->error == NULL) {
        godwit_fail(&read->error, "'%s' is not %s", name, what);
    }
}

static JsonNode *get(JsonRead *read, JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    if (node == NULL) {
        json_read_fail(read, name, "there");
    }
    return node;
}

uint64_t json_read_number(JsonRead *read, JsonObject *object, const char *name,
                          uint64_t unknown)
{
    JsonNode *node = get(read, object, name);

    if (node == NULL || JSON_NODE_HOLDS_NULL(node)) {
        return unknown;
    }
    if (json_node_get_value_type(node) != G_TYPE_INT64) {
        json_read_fail(read, name, "a whole number");
        return unknown;
    }
    return (uint64_t)json_node_get_int(node);
}

bool json_read_is_known(JsonRead *read, JsonObject *object, const char *name)
{
    JsonNode *node = get(read, object, name);

    return node != NULL && !JSON_NODE_HOLDS_NULL(node);
}

bool json_read_bool(JsonRead *read, JsonObject *object, const char *name)
{
    JsonNode *node = get(read, object, name);

    if (node == NULL || json_node_get_value_type(node) != G_TYPE_BOOLEAN) {
        json_read_fail(read, name, "true or false");
        return false;
    }
    return json_node_get_boolean(node);
}

const char *json_read_text(JsonRead *read, JsonObject *object, const char *name)
{
    JsonNode *node = get(read, object, name);

    if (node == NULL || JSON_NODE_HOLDS_NULL(node)) {
        return NULL;
    }
    if (json_node_get_value_type(node) != G_TYPE_STRING) {
        json_read_fail(read, name, "a text");
        return NULL;
    }
    return json_node_get_string(node);
}

void json_read_sha256(JsonRead *read, JsonObject *object, const char *name,
                      char text[static SHA256_TEXT])
{
    const char *value = json_read_text(read, object, name);

    if (value == NULL) {
        return;
    }
    if (!sha256_is_text(value)) {
        json_read_fail(read, name, "a SHA-256");
        return;
    }
    g_strlcpy(text, value, SHA256_TEXT);
}

unsigned json_read_choice(JsonRead *read, JsonObject *object, const char *name,
                          const char *const *choices, unsigned count)
{
    const char *text = json_read_text(read, object, name);

    for (unsigned i = 0; text != NULL && i < count; i++) {
        if (g_str_equal(choices[i], text)) {
            return i;
        }
    }
    json_read_fail(read, name, "a known word");
    return 0;
}

JsonObject *json_read_object(JsonRead *read, JsonObject *object,
                             const char *name)
{
    JsonNode *node = get(read, object, name);

    if (node != NULL && JSON_NODE_HOLDS_OBJECT(node)) {
        return json_node_get_object(node);
    }
    json_read_fail(read, name, "an object");
    return NULL;
}

unsigned json_read_array(JsonRead *read, JsonObject *object, const char *name,
                         JsonReadElement func, void *data)
{
    JsonNode *node = get(read, object, name);

    if (node == NULL || !JSON_NODE_HOLDS_ARRAY(node)) {
        json_read_fail(read, name, "an array");
        return 0;
    }
    JsonArray *array = json_node_get_array(node);
    for (unsigned i = 0; i < json_array_get_length(array); i++) {
        JsonNode *element = json_array_get_element(array, i);
        if (!JSON_NODE_HOLDS_OBJECT(element)) {
            json_read_fail(read, name, "an array of objects");
            return 0;
        }
        func(read, json_node_get_object(element), i, data);
    }
    return json_array_get_length(array);
}

bool json_read_text_object(const char *text, JsonReadFunc func, void *data,
                           GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    g_autoptr(GError) cause = NULL;
    JsonRead read = {0};

    if (!json_parser_load_from_data(parser, text, -1, &cause)) {
        return godwit_fail(error, "%s", cause->message);
    }
    JsonNode *root = json_parser_get_root(parser);
    if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root)) {
        return godwit_fail(error, "not a JSON object");
    }
    func(&read, json_node_get_object(root), data);
    if (read.error != NULL) {
        g_propagate_error(error, read.error);
        return false;
    }
    return true;
}
