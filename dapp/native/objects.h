/* What the parts of the module share that make and read Python's objects. */
#ifndef REDRESS_OBJECTS_H
#define REDRESS_OBJECTS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

/* The fields of `RawLog` and of `Event` (dapp/domain/events.py) in their order. */
#define OF_LOG(EACH)                                                                               \
    EACH(address) EACH(topics) EACH(data) EACH(block_number) EACH(block_hash) EACH(timestamp)      \
    EACH(transaction) EACH(transaction_index) EACH(log_index)
#define OF_EVENT(EACH)                                                                             \
    EACH(chain_id) EACH(contract) EACH(address) EACH(name) EACH(args) EACH(words) EACH(topic0)     \
    EACH(block_number) EACH(block_hash) EACH(timestamp) EACH(transaction)                          \
    EACH(transaction_index) EACH(log_index)

#define DECLARE(field) Py_ssize_t field;
/* Where the fields are in an object; they are slots, so that it is the same in all. */
typedef struct {
    OF_LOG(DECLARE)
} LogShape;
typedef struct {
    OF_EVENT(DECLARE)
} EventShape;
#undef DECLARE

extern PyTypeObject *log_type, *event_type;
extern LogShape of_log;
extern EventShape of_event;

/* An instance without its fields. */
static inline PyObject *blank(PyTypeObject *type) {
    return type->tp_alloc(type, 0);
}

static inline PyObject **slot(PyObject *object, Py_ssize_t offset) {
    return (PyObject **)((char *)object + offset);
}

/* Fills a field of a blank instance. */
static inline void fill(PyObject *object, Py_ssize_t offset, PyObject *value) {
    *slot(object, offset) = Py_NewRef(value);
}

/* As `fill`, and takes over the value, which is NULL after an error. */
static inline int fill_new(PyObject *object, Py_ssize_t offset, PyObject *value) {
    *slot(object, offset) = value;
    return value != NULL;
}

/* Whether it is a log with all fields; TypeError where not. */
int is_log(PyObject *object);
/* 0x and two digits for each byte. */
PyObject *text_of(const uint8_t *bytes, size_t size);

PyObject *native_bind(PyObject *module, PyObject *arguments);
PyObject *native_logs(PyObject *module, PyObject *arguments);
PyObject *native_rows(PyObject *module, PyObject *arguments);
int add_reader(PyObject *module);

#endif
