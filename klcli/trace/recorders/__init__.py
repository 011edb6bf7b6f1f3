"""Recorders: a file or folder for each framework, which needs that and the standard library only.

They run in the user's interpreter, Python from 3.8 on, where klcli need not be installed, and know nothing of
Gaussians: what they note is judged elsewhere. How to add one:

1. Note operations as `notes.Node`: ``op`` is one of those that `klcli.trace.recording` lists, ``args`` the
   nodes and numbers that it is computed from. `calls.arithmetic` makes nodes of calls by the names that
   they have in most frameworks (``exp``, ``sum``, ``clip``, ``mse_loss``), `calls.in_shape` of what only
   changes a shape. Anything else is a leaf: ``Node("leaf", (), shape, dtype, grad, place, made_by=...)``.
   What is left out is never judged, so a leaf is always right, and a wrong node never is.
2. Know arrays by their identity, in a `notes.NodeTable`, and keep none of them alive; `notes.place_of` tells
   where a call stands, `notes.look_for_name` what the variable is called that holds an array.
3. A module with ``call(function, given, dtype, others)`` serves functions: it gives back ``document``,
   ``shape``, ``values`` and ``gradients``; ``values``, which may be left out, does the same without the
   document. ``SHORT`` names the precisions in which functions are called, too. One with a class
   ``Recorder(on_backward)``, a context manager with ``document()`` and ``table``, serves whole programs: it
   calls ``on_backward`` where a loss is differentiated.
4. ``call_module(module, inputs, given)`` with ``is_trained(found)``, which may be left out, calls a module
   with arrays of some shapes: `modules.found_losses` finds its loss, and wants a `modules.CalledModule`.
5. Put its name into `frameworks.FRAMEWORKS`, and into `frameworks.WATCHED` if it serves programs.

`notes.document` makes the JSON of it, with the schema ``klcli.recording/1``. A recorder that stands
elsewhere, in any language, writes the same document; ``klcli.trace.recording.read_recording`` reads it. The
smallest one::

    {"schema": "klcli.recording/1", "framework": "mine 1.0", "warnings": [], "others": [],
     "nodes": [{"op": "leaf", "args": [], "shape": [4, 3], "dtype": "float32", "grad": true, "place": null,
                "names": ["logvar"], "made_by": "an input"},
               {"op": "exp", "args": [0], "shape": [4, 3], "dtype": "float32", "grad": true,
                "place": ["train.py", 7, "step"], "names": []},
               {"op": "sum", "args": [1], "shape": [], "dtype": "float32", "grad": true, "place": null,
                "names": [], "axes": null, "keepdim": false}],
     "losses": [{"node": 2, "value": 13.5, "place": ["train.py", 9, "step"]}]}
"""
