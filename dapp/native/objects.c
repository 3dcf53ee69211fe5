#include "objects.h"

#include <string.h>
#include <structmember.h>

PyTypeObject *log_type, *event_type;
LogShape of_log;
EventShape of_event;

#define NAME(field) #field,
static const char *const LOG_FIELDS[] = {OF_LOG(NAME)};
static const char *const EVENT_FIELDS[] = {OF_EVENT(NAME)};
#define COUNT(names) (sizeof names / sizeof *names)

/* Finds the slots of a type; 0 where its fields are others than those. */
static int
find_shape(PyTypeObject *type, const char *const *fields, size_t count, Py_ssize_t *offsets) {
    const Py_ssize_t size = (Py_ssize_t)(sizeof(PyObject) + count * sizeof(PyObject *));
    if (type->tp_basicsize != size || type->tp_dictoffset || type->tp_weaklistoffset) return 0;
    for (size_t place = 0; place < count; place++) {
        PyObject *found = PyDict_GetItemString(type->tp_dict, fields[place]);
        if (!found || !Py_IS_TYPE(found, &PyMemberDescr_Type)) return 0;
        const PyMemberDef *member = ((PyMemberDescrObject *)found)->d_member;
        if (member->type != T_OBJECT_EX) return 0;
        offsets[place] = member->offset;
    }
    return 1;
}

PyObject *native_bind(PyObject *module, PyObject *arguments) {
    (void)module;
    PyTypeObject *log, *event;
    if (!PyArg_ParseTuple(arguments, "O!O!", &PyType_Type, &log, &PyType_Type, &event)) return NULL;
    if (!find_shape(log, LOG_FIELDS, COUNT(LOG_FIELDS), (Py_ssize_t *)&of_log) ||
        !find_shape(event, EVENT_FIELDS, COUNT(EVENT_FIELDS), (Py_ssize_t *)&of_event))
        Py_RETURN_FALSE;
    Py_XSETREF(log_type, (PyTypeObject *)Py_NewRef(log));
    Py_XSETREF(event_type, (PyTypeObject *)Py_NewRef(event));
    Py_RETURN_TRUE;
}

int is_log(PyObject *object) {
    int whole = log_type && Py_IS_TYPE(object, log_type);
    const Py_ssize_t *offsets = (const Py_ssize_t *)&of_log;
    for (size_t place = 0; whole && place < COUNT(LOG_FIELDS); place++)
        whole = *slot(object, offsets[place]) != NULL;
    if (!whole) PyErr_SetString(PyExc_TypeError, "not a log");
    return whole;
}

PyObject *text_of(const uint8_t *bytes, size_t size) {
    PyObject *text = PyUnicode_New((Py_ssize_t)(2 + 2 * size), 127);
    if (!text) return NULL;
    Py_UCS1 *letters = PyUnicode_1BYTE_DATA(text);
    *letters++ = '0';
    *letters++ = 'x';
    for (size_t place = 0; place < size; place++) {
        *letters++ = (Py_UCS1) "0123456789abcdef"[bytes[place] >> 4];
        *letters++ = (Py_UCS1) "0123456789abcdef"[bytes[place] & 15];
    }
    return text;
}
