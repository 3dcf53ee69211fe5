#include "keccak.h"
#include "objects.h"

static PyObject *native_keccak(PyObject *module, PyObject *data) {
    (void)module;
    Py_buffer bytes;
    uint8_t digest[32];
    if (PyObject_GetBuffer(data, &bytes, PyBUF_SIMPLE) < 0) return NULL;
    keccak(bytes.buf, (size_t)bytes.len, digest);
    PyBuffer_Release(&bytes);
    return PyBytes_FromStringAndSize((const char *)digest, sizeof digest);
}

static PyMethodDef METHODS[] = {
    {"keccak", native_keccak, METH_O, "The keccak-256 hash of some bytes."},
    {"bind", native_bind, METH_VARARGS, "Take the types of logs and events; false if they are others."},
    {"logs", native_logs, METH_VARARGS, "A block's proven logs; None to ask Python."},
    {"rows", native_rows, METH_VARARGS, "Logs and their events as rows of COPY."},
    {0},
};

static struct PyModuleDef MODULE = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "redress_native",
    .m_size = -1,
    .m_methods = METHODS,
};

PyMODINIT_FUNC PyInit_redress_native(void) {
    PyObject *module = PyModule_Create(&MODULE);
    if (module && (PyModule_AddStringConstant(module, "MARK", MARK) < 0 || !add_reader(module)))
        Py_CLEAR(module);
    return module;
}
