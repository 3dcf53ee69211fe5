/* Logs as rows of PostgreSQL's binary COPY; as dapp/store/copying.py. */
#include "objects.h"

#include <string.h>

typedef struct {
    uint8_t *bytes;
    size_t size, room;
} Buffer;

static uint8_t *more(Buffer *buffer, size_t size) {
    if (buffer->room - buffer->size < size) {
        const size_t room = 2 * buffer->room + size + 4096;
        uint8_t *bytes = PyMem_Realloc(buffer->bytes, room);
        if (!bytes) {
            PyErr_NoMemory();
            return NULL;
        }
        buffer->bytes = bytes;
        buffer->room = room;
    }
    buffer->size += size;
    return buffer->bytes + buffer->size - size;
}

static void big(uint8_t *to, uint64_t number, int size) {
    for (int place = size; place > 0; place--, number >>= 8) to[place - 1] = (uint8_t)number;
}

/* A column is its length in four bytes, and what it holds. */
static int add_column(Buffer *buffer, const void *bytes, size_t size) {
    uint8_t *to = more(buffer, 4 + size);
    if (!to) return 0;
    big(to, size, 4);
    memcpy(to + 4, bytes, size);
    return 1;
}

static int add_null(Buffer *buffer) {
    uint8_t *to = more(buffer, 4);
    if (to) memset(to, 0xff, 4);
    return to != NULL;
}

static int add_number(Buffer *buffer, PyObject *number, int size) {
    /* Of anything else Python would be asked, which might change what is being read. */
    if (!PyLong_Check(number)) {
        PyErr_SetString(PyExc_TypeError, "not a number");
        return 0;
    }
    const long long found = PyLong_AsLongLong(number);
    if (found == -1 && PyErr_Occurred()) return 0;
    if (size == 4 && (found < INT32_MIN || found > INT32_MAX)) {
        PyErr_SetString(PyExc_OverflowError, "a number is too large for its column");
        return 0;
    }
    uint8_t bytes[8];
    big(bytes, (uint64_t)found, size);
    return add_column(buffer, bytes, (size_t)size);
}

static int digit_of(Py_UCS1 letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    letter |= 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* Of a text 0x…, so many bytes. */
static int add_hexadecimal(Buffer *buffer, PyObject *text, size_t size) {
    uint8_t bytes[32];
    int wrong = -1;
    if (PyUnicode_Check(text) && PyUnicode_IS_COMPACT_ASCII(text) &&
        (size_t)PyUnicode_GET_LENGTH(text) == 2 + 2 * size) {
        const Py_UCS1 *letters = PyUnicode_1BYTE_DATA(text) + 2;
        wrong = 0;
        for (size_t place = 0; place < size; place++) {
            const int high = digit_of(letters[2 * place]), low = digit_of(letters[2 * place + 1]);
            wrong |= high | low;
            bytes[place] = (uint8_t)((unsigned)high << 4 | (unsigned)low);
        }
    }
    if (wrong < 0) {
        PyErr_SetString(PyExc_ValueError, "not a hash or an address");
        return 0;
    }
    return add_column(buffer, bytes, size);
}

static int add_bytes(Buffer *buffer, PyObject *bytes) {
    if (!PyBytes_Check(bytes)) {
        PyErr_SetString(PyExc_TypeError, "topics and data are bytes");
        return 0;
    }
    return add_column(buffer, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes));
}

static int add_topics(Buffer *buffer, PyObject *topics) {
    if (!PyTuple_Check(topics) || PyTuple_GET_SIZE(topics) > 4) {
        PyErr_SetString(PyExc_ValueError, "topics are a tuple of four at most");
        return 0;
    }
    for (Py_ssize_t place = 0; place < 4; place++) {
        const int added = place < PyTuple_GET_SIZE(topics)
                              ? add_bytes(buffer, PyTuple_GET_ITEM(topics, place))
                              : add_null(buffer);
        if (!added) return 0;
    }
    return 1;
}

static int add_row(Buffer *buffer, PyObject *chain_id, PyObject *log, int known) {
    uint8_t *count = more(buffer, 2);
    const uint8_t flag = (uint8_t)known;
    if (!count) return 0;
    big(count, 14, 2);
#define OF(field) *slot(log, of_log.field)
    return add_number(buffer, chain_id, 8) && add_hexadecimal(buffer, OF(block_hash), 32) &&
           add_number(buffer, OF(log_index), 4) && add_number(buffer, OF(block_number), 8) &&
           add_number(buffer, OF(timestamp), 8) && add_hexadecimal(buffer, OF(address), 20) &&
           add_topics(buffer, OF(topics)) && add_bytes(buffer, OF(data)) &&
           add_hexadecimal(buffer, OF(transaction), 32) &&
           add_number(buffer, OF(transaction_index), 4) && add_column(buffer, &flag, 1);
#undef OF
}

static int add_rows(Buffer *buffer, PyObject *chain_id, PyObject *found) {
    for (Py_ssize_t place = 0; place < PyList_GET_SIZE(found); place++) {
        PyObject *pair = PyList_GET_ITEM(found, place);
        if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2) {
            PyErr_SetString(PyExc_TypeError, "a log comes with its event");
            return 0;
        }
        PyObject *log = PyTuple_GET_ITEM(pair, 0);
        if (!is_log(log)) return 0;
        if (!add_row(buffer, chain_id, log, PyTuple_GET_ITEM(pair, 1) != Py_None)) return 0;
    }
    return 1;
}

PyObject *native_rows(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *chain_id, *found, *rows = NULL;
    if (!PyArg_ParseTuple(arguments, "OO!", &chain_id, &PyList_Type, &found)) return NULL;
    Buffer buffer = {0};
    if (add_rows(&buffer, chain_id, found))
        rows = PyBytes_FromStringAndSize((const char *)buffer.bytes, (Py_ssize_t)buffer.size);
    PyMem_Free(buffer.bytes);
    return rows;
}
