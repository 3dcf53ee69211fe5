/* Logs to events by the ABI: as the functions of dapp/chain/event_source.py, which get every log
 * that does not fit, to say why. */
#include "objects.h"

#include <structmember.h>
#include <string.h>

#define WORD 32
#define MOST_ARGUMENTS 32

typedef struct {
    PyObject *name;
    char kind; /* u: unsigned, b: bool, a: address, x: bytesN, s: string, y: bytes */
    uint8_t size, topic;
} Argument;

typedef struct {
    PyObject_HEAD
    vectorcallfunc call;
    PyObject *contract, *name, *topic0, *checksummed, *otherwise;
    Argument arguments[MOST_ARGUMENTS];
    int count, topics, dynamic;
} Reader;

typedef struct {
    PyObject *topics;
    const uint8_t *data;
    size_t size, head, tail; /* of the data; where the next word and the next tail are */
    int topic;
} Place;

static int is_zero(const uint8_t *bytes, size_t size) {
    uint8_t found = 0;
    for (size_t place = 0; place < size; place++) found |= bytes[place];
    return !found;
}

static int is_size(const uint8_t *word, size_t number) {
    for (int place = WORD; place > 0; place--, number >>= 8)
        if (word[place - 1] != (uint8_t)number) return 0;
    return 1;
}

/* What a string or bytes hold; NULL where they are not where or as they should be. */
static const uint8_t *content(Place *place, const uint8_t *word, size_t *size) {
    if (!is_size(word, place->tail) || place->size - place->tail < WORD) return NULL;
    const uint8_t *length = place->data + place->tail;
    const size_t room = place->size - place->tail - WORD;
    *size = 0;
    for (int at = WORD - 4; at < WORD; at++) *size = *size << 8 | length[at];
    if (!is_zero(length, WORD - 4) || *size > room) return NULL;
    const size_t padded = (*size + WORD - 1) / WORD * WORD;
    if (padded > room || !is_zero(length + WORD + *size, padded - *size)) return NULL;
    place->tail += WORD + padded;
    return length + WORD;
}

static PyObject *checksummed(const Reader *reader, const uint8_t *account) {
    PyObject *raw = PyBytes_FromStringAndSize((const char *)account, 20);
    PyObject *text = raw ? PyObject_CallOneArg(reader->checksummed, raw) : NULL;
    Py_XDECREF(raw);
    return text;
}

/* An argument's value; NULL without an exception where it does not fit. */
static PyObject *value_of(const Reader *reader, const Argument *one, Place *place,
                          const uint8_t *word) {
    const size_t spare = WORD - one->size;
    size_t size;
    const uint8_t *found;
    switch (one->kind) {
    case 'u':
        if (!is_zero(word, spare)) return NULL;
        if (!is_zero(word, WORD - 8)) return _PyLong_FromByteArray(word, WORD, 0, 0);
        uint64_t number = 0;
        for (int at = WORD - 8; at < WORD; at++) number = number << 8 | word[at];
        return PyLong_FromUnsignedLongLong(number);
    case 'b':
        return is_zero(word, WORD - 1) && word[WORD - 1] < 2 ? PyBool_FromLong(word[WORD - 1])
                                                             : NULL;
    case 'a':
        return is_zero(word, WORD - 20) ? checksummed(reader, word + WORD - 20) : NULL;
    case 'x':
        return is_zero(word + one->size, spare) ? text_of(word, one->size) : NULL;
    case 's':
        found = content(place, word, &size);
        return found ? PyUnicode_DecodeUTF8((const char *)found, (Py_ssize_t)size, NULL) : NULL;
    default:
        found = content(place, word, &size);
        return found ? text_of(found, size) : NULL;
    }
}

static PyObject *arguments_of(const Reader *reader, Place *place, uint8_t *words) {
    PyObject *found = PyDict_New();
    for (int number = 0; found && number < reader->count; number++, words += WORD) {
        const Argument *one = &reader->arguments[number];
        if (one->topic) {
            memcpy(words, PyBytes_AS_STRING(PyTuple_GET_ITEM(place->topics, ++place->topic)), WORD);
        } else {
            memcpy(words, place->data + place->head, WORD);
            place->head += WORD;
        }
        PyObject *value = value_of(reader, one, place, words);
        if (!value || PyDict_SetItem(found, one->name, value) < 0) Py_CLEAR(found);
        Py_XDECREF(value);
    }
    if (found && place->tail != place->size) Py_CLEAR(found);
    return found;
}

/* Whether there are as many topics and words as the event has; sets where reading begins. */
static int begin(const Reader *reader, PyObject *topics, PyObject *data, Place *place) {
    if (!PyTuple_Check(topics) || PyTuple_GET_SIZE(topics) != 1 + reader->topics) return 0;
    for (Py_ssize_t at = 0; at <= reader->topics; at++) {
        PyObject *topic = PyTuple_GET_ITEM(topics, at);
        if (!PyBytes_Check(topic) || PyBytes_GET_SIZE(topic) != WORD) return 0;
    }
    if (!PyBytes_Check(data)) return 0;
    const size_t head = (size_t)WORD * (size_t)(reader->count - reader->topics);
    *place = (Place){
        .topics = topics,
        .data = (const uint8_t *)PyBytes_AS_STRING(data),
        .size = (size_t)PyBytes_GET_SIZE(data),
        .tail = head,
    };
    return place->size >= head;
}

static PyObject *event_of(const Reader *reader, PyObject *log, PyObject *chain_id, PyObject *args,
                          const uint8_t *words) {
    const Py_ssize_t size = reader->dynamic ? 0 : (Py_ssize_t)WORD * reader->count;
    PyObject *event = blank(event_type);
    if (!event) return NULL;
    if (!fill_new(event, of_event.words, PyBytes_FromStringAndSize((const char *)words, size))) {
        Py_DECREF(event);
        return NULL;
    }
    fill(event, of_event.chain_id, chain_id);
    fill(event, of_event.contract, reader->contract);
    fill(event, of_event.name, reader->name);
    fill(event, of_event.args, args);
    fill(event, of_event.topic0, reader->topic0);
#define COPY(field) fill(event, of_event.field, *slot(log, of_log.field))
    COPY(address), COPY(block_number), COPY(block_hash), COPY(timestamp);
    COPY(transaction), COPY(transaction_index), COPY(log_index);
#undef COPY
    return event;
}

static PyObject *
call(PyObject *self, PyObject *const *given, size_t flags, PyObject *keywords) {
    const Reader *reader = (const Reader *)self;
    if (keywords || PyVectorcall_NARGS(flags) != 2) {
        PyErr_SetString(PyExc_TypeError, "a log and the chain's id are read");
        return NULL;
    }
    if (!is_log(given[0])) return NULL;
    uint8_t words[MOST_ARGUMENTS * WORD];
    Place place;
    PyObject *args = NULL, *event = NULL;
    if (begin(reader, *slot(given[0], of_log.topics), *slot(given[0], of_log.data), &place))
        args = arguments_of(reader, &place, words);
    if (args) event = event_of(reader, given[0], given[1], args, words);
    Py_XDECREF(args);
    if (event) return event;
    /* A text that is not UTF-8 does not fit; anything else is no matter of the log. */
    if (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_UnicodeDecodeError)) return NULL;
    PyErr_Clear();
    return PyObject_Vectorcall(reader->otherwise, given, 2, NULL);
}

static int add_argument(Reader *reader, PyObject *given) {
    Argument *one = &reader->arguments[reader->count];
    int kind;
    if (!PyArg_ParseTuple(given, "UCbb", &one->name, &kind, &one->size, &one->topic)) {
        one->name = NULL;
        return 0;
    }
    Py_INCREF(one->name);
    reader->count++;
    one->kind = (char)kind;
    reader->topics += one->topic != 0;
    const int dynamic = kind == 's' || kind == 'y';
    reader->dynamic |= dynamic;
    if (kind < 'a' || kind > 'z' || !strchr("ubaxsy", kind) || one->size > WORD ||
        (dynamic && one->topic) || reader->topics > 3) {
        PyErr_SetString(PyExc_ValueError, "no such argument");
        return 0;
    }
    return 1;
}

static PyObject *new_reader(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
    PyObject *contract, *name, *topic0, *checksummed_, *otherwise, *given;
    if (keywords || !PyArg_ParseTuple(
                        arguments, "UUUOOO!", &contract, &name, &topic0,
                        &checksummed_, &otherwise, &PyTuple_Type, &given
                    ))
        return NULL;
    if (PyTuple_GET_SIZE(given) > MOST_ARGUMENTS) {
        PyErr_SetString(PyExc_ValueError, "too many arguments");
        return NULL;
    }
    Reader *reader = (Reader *)type->tp_alloc(type, 0);
    if (!reader) return NULL;
    reader->call = call;
    reader->contract = Py_NewRef(contract);
    reader->name = Py_NewRef(name);
    reader->topic0 = Py_NewRef(topic0);
    reader->checksummed = Py_NewRef(checksummed_);
    reader->otherwise = Py_NewRef(otherwise);
    for (Py_ssize_t place = 0; place < PyTuple_GET_SIZE(given); place++)
        if (!add_argument(reader, PyTuple_GET_ITEM(given, place))) {
            Py_DECREF(reader);
            return NULL;
        }
    return (PyObject *)reader;
}

static void free_reader(PyObject *self) {
    Reader *reader = (Reader *)self;
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(reader->contract);
    Py_XDECREF(reader->name);
    Py_XDECREF(reader->topic0);
    Py_XDECREF(reader->checksummed);
    Py_XDECREF(reader->otherwise);
    for (int place = 0; place < reader->count; place++) Py_XDECREF(reader->arguments[place].name);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMemberDef MEMBERS[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(Reader, call), READONLY, NULL},
    {0},
};

static PyType_Slot SLOTS[] = {
    {Py_tp_doc, "Reads the logs of one event."},
    {Py_tp_new, new_reader},
    {Py_tp_dealloc, free_reader},
    {Py_tp_call, PyVectorcall_Call},
    {Py_tp_members, MEMBERS},
    {0, NULL},
};

static PyType_Spec SPEC = {
    .name = "redress_native.Reader",
    .basicsize = sizeof(Reader),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = SLOTS,
};

int add_reader(PyObject *module) {
    PyObject *type = PyType_FromSpec(&SPEC);
    const int added = type && PyModule_AddObjectRef(module, "Reader", type) == 0;
    Py_XDECREF(type);
    return added;
}
