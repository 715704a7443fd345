/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A compiler, as far as its references to memory go: a text of assignments is
 * written, parsed into trees of malloc'd nodes, the trees are walked and folded,
 * which frees some of the nodes, code for a stack machine is emitted, and run.
 * Writer, trees, folded trees and code must all come to the same values.
 *
 *     statement = expression ";"
 *     expression = term { ( "+" | "-" | "^" ) term }
 *     term = factor { ( "*" | "&" ) factor }
 *     factor = number | "a".."h" | "~" factor | "(" expression ")"
 *
 * compile [TURNS [SIZE]]: a turn is a text; SIZE is that of text, trees and
 * code together, about.
 */
#include <string.h>

#include "check.h"

#define USUAL_TURNS     4
#define USUAL_BYTES     (256ul << 10)
#define TEXT_SHARE      46  /* of SIZE; the rest is trees and code */
#define DEEPEST         4   /* parentheses of the writer */
#define LEVELS          2
#define OPERANDS_MOST   4
#define VARIABLES       8
#define NUMBER_BELOW    1000
#define STACK_WORDS     64

/* -- operators -- */

#define APPLICATION(name, symbol) \
    static uint64_t name(uint64_t a, uint64_t b) \
    { \
        return a symbol b; \
    }

APPLICATION(add, +)
APPLICATION(subtract, -)
APPLICATION(xor, ^)
APPLICATION(multiply, *)
APPLICATION(and, &)

struct operator {
    char symbol;
    unsigned level;
    uint64_t (*apply)(uint64_t a, uint64_t b);
};

static const struct operator operators[] = {
    { '+', 0, add }, { '-', 0, subtract }, { '^', 0, xor },
    { '*', 1, multiply }, { '&', 1, and },
};
#define OPERATORS   (sizeof(operators) / sizeof(operators[0]))

static const struct operator *find_operator(char symbol, unsigned level)
{
    for (size_t i = 0; i < OPERATORS; i++) {
        if (operators[i].symbol == symbol && operators[i].level == level) {
            return &operators[i];
        }
    }
    return NULL;
}

static uint64_t variable(unsigned i)
{
    return mix(i ^ 0x76);
}

/* -- arrays that grow -- */

struct list {
    void *elements;
    size_t count;
    size_t room;
    size_t element_bytes;
};

static void *append(struct list *list)
{
    if (list->count == list->room) {
        list->room = list->room * 3 / 2 + 64;
        list->elements = realloc(list->elements,
                                 list->room * list->element_bytes);
        CHECK(list->elements != NULL);
    }
    return (char *)list->elements + list->count++ * list->element_bytes;
}

/* -- the writer, which knows what its text is worth -- */

static struct list text = { .element_bytes = 1 };
static uint64_t random_state;

static void write_char(char symbol)
{
    *(char *)append(&text) = symbol;
}

static uint64_t write_expression(unsigned level, unsigned depth);

static uint64_t write_factor(unsigned depth)
{
    uint64_t choice = draw(&random_state) % 8;
    char digits[24];
    uint64_t value;

    if (choice == 0) {
        write_char('~');
        return ~write_factor(depth);
    } else if (choice < 4 && depth < DEEPEST) {
        write_char('(');
        value = write_expression(0, depth + 1);
        write_char(')');
        return value;
    } else if (choice < 6) {
        value = draw(&random_state) % VARIABLES;
        write_char((char)('a' + value));
        return variable((unsigned)value);
    }
    value = draw(&random_state) % NUMBER_BELOW;
    (void)snprintf(digits, sizeof(digits), "%" PRIu64, value);
    for (const char *digit = digits; *digit != '\0'; digit++) {
        write_char(*digit);
    }
    return value;
}

static uint64_t write_expression(unsigned level, unsigned depth)
{
    unsigned operands = 1 + (unsigned)(draw(&random_state) % OPERANDS_MOST);
    uint64_t value = 0;

    if (level == LEVELS) {
        return write_factor(depth);
    }
    for (unsigned i = 0; i < operands; i++) {
        const struct operator *operator = NULL;
        uint64_t operand;

        while (i > 0 && (operator == NULL || operator->level != level)) {
            operator = &operators[draw(&random_state) % OPERATORS];
        }
        if (i > 0) {
            write_char(operator->symbol);
        }
        operand = write_expression(level + 1, depth);
        value = i > 0 ? operator->apply(value, operand) : operand;
    }
    return value;
}

/* -- parser -- */

/* A number if there is no left and no variable; right alone: "~". */
struct node {
    const struct operator *operator;
    struct node *left;
    struct node *right;
    uint64_t value;
    unsigned variable;      /* from 1; 0: none */
};

static struct list trees = { .element_bytes = sizeof(struct node *) };
static const char *input;

static struct node *make(struct node contents)
{
    struct node *node = array(1, sizeof(*node));

    *node = contents;
    return node;
}

static struct node *parse_expression(unsigned level);

static struct node *parse_factor(void)
{
    struct node *node;
    char *end;

    if (*input == '~') {
        input++;
        return make((struct node) { .right = parse_factor() });
    } else if (*input == '(') {
        input++;
        node = parse_expression(0);
        CHECK(*input++ == ')');
        return node;
    } else if (*input >= 'a' && *input < 'a' + VARIABLES) {
        return make((struct node) {
            .variable = (unsigned)(*input++ - 'a') + 1
        });
    }
    node = make((struct node) { .value = strtoul(input, &end, 10) });
    CHECK(end > input);
    input = end;
    return node;
}

static struct node *parse_expression(unsigned level)
{
    const struct operator *operator;
    struct node *node;

    if (level == LEVELS) {
        return parse_factor();
    }
    node = parse_expression(level + 1);
    while ((operator = find_operator(*input, level)) != NULL) {
        input++;
        node = make((struct node) {
            .operator = operator,
            .left = node,
            .right = parse_expression(level + 1),
        });
    }
    return node;
}

/* -- walks -- */

static uint64_t evaluate(const struct node *node)
{
    if (node->operator != NULL) {
        return node->operator->apply(evaluate(node->left),
                                     evaluate(node->right));
    } else if (node->right != NULL) {
        return ~evaluate(node->right);
    }
    return node->variable != 0 ? variable(node->variable - 1) : node->value;
}

static int is_number(const struct node *node)
{
    return node->right == NULL && node->variable == 0;
}

/* Operations on numbers become numbers. */
static void fold(struct node *node)
{
    if (node->right == NULL) {
        return;
    }
    fold(node->right);
    if (node->left != NULL) {
        fold(node->left);
    }
    if (is_number(node->right) &&
        (node->left == NULL || is_number(node->left))) {
        node->value = evaluate(node);
        free(node->left);
        free(node->right);
        node->operator = NULL;
        node->left = NULL;
        node->right = NULL;
    }
}

static void discard(struct node *node)
{
    if (node != NULL) {
        discard(node->left);
        discard(node->right);
        free(node);
    }
}

/* -- code -- */

enum opcode {
    PUSH, LOAD, COMPLEMENT, STORE,
    APPLY                       /* and what to apply */
};

struct instruction {
    uint64_t opcode;
    uint64_t operand;
};

static struct list code = { .element_bytes = sizeof(struct instruction) };

static void emit(uint64_t opcode, uint64_t operand)
{
    *(struct instruction *)append(&code) = (struct instruction) {
        opcode, operand
    };
}

static void generate(const struct node *node)
{
    if (node->operator != NULL) {
        generate(node->left);
        generate(node->right);
        emit(APPLY, (uint64_t)(node->operator - operators));
    } else if (node->right != NULL) {
        generate(node->right);
        emit(COMPLEMENT, 0);
    } else if (node->variable != 0) {
        emit(LOAD, node->variable - 1);
    } else {
        emit(PUSH, node->value);
    }
}

/* The values of all statements, mixed in their order. */
static uint64_t run(void)
{
    const struct instruction *at = code.elements;
    const struct instruction *end = at + code.count;
    uint64_t stack[STACK_WORDS];
    size_t depth = 0;
    uint64_t sum = 0;

    for (; at < end; at++) {
        CHECK(depth < STACK_WORDS);
        if (at->opcode == PUSH) {
            stack[depth++] = at->operand;
        } else if (at->opcode == LOAD) {
            stack[depth++] = variable((unsigned)at->operand);
        } else if (at->opcode == COMPLEMENT) {
            stack[depth - 1] = ~stack[depth - 1];
        } else if (at->opcode == APPLY) {
            depth--;
            stack[depth - 1] = operators[at->operand].apply(stack[depth - 1],
                                                            stack[depth]);
        } else {
            sum = mix(sum ^ stack[--depth]);
        }
    }
    CHECK(depth == 0);
    return sum;
}

/* -- a turn -- */

static uint64_t write_text(size_t bytes)
{
    uint64_t sum = 0;

    text.count = 0;
    while (text.count < bytes) {
        sum = mix(sum ^ write_expression(0, 0));
        write_char(';');
    }
    write_char('\0');
    return sum;
}

static uint64_t parse_text(void)
{
    uint64_t sum = 0;

    trees.count = 0;
    input = text.elements;
    while (*input != '\0') {
        struct node *tree = parse_expression(0);

        CHECK(*input++ == ';');
        *(struct node **)append(&trees) = tree;
        sum = mix(sum ^ evaluate(tree));
    }
    return sum;
}

static uint64_t translate(void)
{
    struct node **tree = trees.elements;
    uint64_t sum = 0;

    code.count = 0;
    for (size_t i = 0; i < trees.count; i++) {
        fold(tree[i]);
    }
    for (size_t i = 0; i < trees.count; i++) {
        sum = mix(sum ^ evaluate(tree[i]));
        generate(tree[i]);
        emit(STORE, 0);
        discard(tree[i]);
    }
    return sum;
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, USUAL_TURNS);
    size_t text_bytes = working_set(argc, argv, USUAL_BYTES) / TEXT_SHARE;
    uint64_t sum = 0;

    for (unsigned long turn = 0; turn < turns; turn++) {
        uint64_t written = write_text(text_bytes);

        check_equal("trees", parse_text(), written);
        check_equal("folded trees", translate(), written);
        check_equal("code", run(), written);
        sum = mix(sum ^ written);
    }
    return pass("compile", sum);
}
