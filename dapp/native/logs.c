/* A block's proven logs as Python's objects. */
#include "objects.h"
#include "receipts.h"

#include <string.h>

typedef struct {
    PyObject *addresses, *number, *hash, *timestamp;
} Where;

static PyObject *bytes_of(const uint8_t *bytes, size_t size) {
    return PyBytes_FromStringAndSize((const char *)bytes, (Py_ssize_t)size);
}

static PyObject *topics_of(const Log *log) {
    PyObject *topics = PyTuple_New(log->topic_count);
    for (uint32_t place = 0; topics && place < log->topic_count; place++) {
        PyObject *topic = bytes_of(log->topics + 32 * place, 32);
        if (!topic) {
            Py_CLEAR(topics);
            break;
        }
        PyTuple_SET_ITEM(topics, place, topic);
    }
    return topics;
}

static PyObject *
make(const Where *where, const Log *log, PyObject *address, PyObject *transaction, uint32_t place,
     uint32_t log_index) {
    PyObject *made = blank(log_type);
    if (!made) return NULL;
    fill(made, of_log.address, address);
    fill(made, of_log.block_number, where->number);
    fill(made, of_log.block_hash, where->hash);
    fill(made, of_log.timestamp, where->timestamp);
    fill(made, of_log.transaction, transaction);
    if (fill_new(made, of_log.topics, topics_of(log)) &&
        fill_new(made, of_log.data, bytes_of(log->data, log->data_size)) &&
        fill_new(made, of_log.transaction_index, PyLong_FromUnsignedLong(place)) &&
        fill_new(made, of_log.log_index, PyLong_FromUnsignedLong(log_index)))
        return made;
    Py_DECREF(made);
    return NULL;
}

/* Adds a log to those found if it is of one of the contracts; 0 with an exception set. */
static int
add_if_ours(PyObject *found, const Where *where, const Block *block, PyObject *transaction,
            uint32_t place, uint32_t log_index) {
    const Log *log = &block->logs[log_index];
    PyObject *raw = bytes_of(log->address, 20);
    if (!raw) return 0;
    PyObject *address = PyDict_GetItemWithError(where->addresses, raw);
    Py_DECREF(raw);
    if (!address) return !PyErr_Occurred();
    PyObject *made = make(where, log, address, transaction, place, log_index);
    const int added = made && PyList_Append(found, made) == 0;
    Py_XDECREF(made);
    return added;
}

static PyObject *ours(const Block *block, const Where *where) {
    PyObject *found = PyList_New(0);
    for (uint32_t place = 0; found && place < block->receipt_count; place++) {
        const Receipt *receipt = &block->receipts[place];
        PyObject *transaction = text_of(receipt->transaction, 32);
        int going = transaction != NULL;
        for (uint32_t number = 0; going && number < receipt->log_count; number++)
            going = add_if_ours(
                found, where, block, transaction, place, receipt->first_log + number
            );
        Py_XDECREF(transaction);
        if (!going) Py_CLEAR(found);
    }
    return found;
}

PyObject *native_logs(PyObject *module, PyObject *arguments) {
    (void)module;
    Py_buffer json, root, hash;
    Where where;
    if (!PyArg_ParseTuple(
            arguments, "y*y*y*O!OOO", &json, &root, &hash, &PyDict_Type, &where.addresses,
            &where.number, &where.hash, &where.timestamp
        ))
        return NULL;
    PyObject *found = NULL;
    Block block = {0};
    /* A header's root may be of any size: it is what the node made up. */
    const int sized = root.len == 32 && hash.len == 32;
    if (!log_type)
        PyErr_SetString(PyExc_ValueError, "types come first");
    else if (sized && receipts_read(&block, json.buf, (size_t)json.len, hash.buf) &&
             !memcmp(block.root, root.buf, 32))
        found = ours(&block, &where);
    else
        found = Py_NewRef(Py_None);
    receipts_release(&block);
    PyBuffer_Release(&json);
    PyBuffer_Release(&root);
    PyBuffer_Release(&hash);
    return found;
}
