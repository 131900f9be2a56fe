"""The compiled joint phase leaves nothing to timing: sums of two, and weights read in order."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.eager import context

from modules.training.phases import compiled
from modules.training.setup import keep_order
from tests.tiny import tiny_batches, tiny_timegan


@pytest.fixture(scope="module")
def nodes():
    """The joint phase as TensorFlow runs it, after all its optimisers: {name: node}."""
    keep_order()
    timegan = tiny_timegan(batchnorm=True, ema=0.9, correlation_weight=1.0)
    batches = tiny_batches()
    run = compiled(timegan.phases(batches)[-1])
    context.context().enable_run_metadata()
    run(tf.constant(2))
    metadata = context.context().export_run_metadata()
    context.context().disable_run_metadata()
    graphs = [graph.post_optimization_graph for graph in metadata.function_graphs]
    return {node.name: node for node in max(graphs, key=lambda graph: len(graph.node)).node}


def source(name):
    """The node that an input comes from."""
    return name.lstrip("^").split(":")[0]


@pytest.mark.whole
def test_no_operation_adds_three_tensors_at_once(nodes):
    many = {
        name
        for name, node in nodes.items()
        if node.op in ("AddN", "AccumulateNV2")
        and sum(not word.startswith("^") for word in node.input) > 2
    }
    assert len(nodes) > 300
    assert not many


@pytest.mark.whole
def test_every_variable_is_read_and_moved_in_one_order(nodes):
    earlier = ancestors(nodes)
    by_variable = {}
    for name, node in nodes.items():
        if node.op == "ReadVariableOp" or node.op.startswith(("Assign", "ResourceApply")):
            by_variable.setdefault(handle(nodes, name), []).append(name)
    pairs = [
        pair
        for names in by_variable.values()
        for pair in itertools.combinations(names, 2)
        if {nodes[name].op for name in pair} != {"ReadVariableOp"}
    ]
    assert len(by_variable) > 50 and len(pairs) > 100
    assert not [(a, b) for a, b in pairs if a not in earlier[b] and b not in earlier[a]]


def ancestors(nodes):
    """{name: the set of all nodes before it}, within one turn of each loop.

    What is made in a loop is before what comes out of it.
    """
    followers = {name: [] for name in nodes}
    n_awaited = dict.fromkeys(nodes, 0)
    last = {}  # the end of a turn, by the merge that begins the next one
    for name, node in nodes.items():
        for before in map(source, node.input):
            if nodes[before].op == "NextIteration":
                last[name] = before
            else:
                followers[before].append(name)
                n_awaited[name] += 1
    for name, node in nodes.items():
        if node.op == "Exit":
            merge = source(nodes[source(node.input[0])].input[0])
            followers[last[merge]].append(name)
            n_awaited[name] += 1
    ready = [name for name, n in n_awaited.items() if n == 0]
    earlier = {name: set() for name in nodes}
    for name in ready:
        for follower in followers[name]:
            earlier[follower] |= earlier[name] | {name}
            n_awaited[follower] -= 1
            if n_awaited[follower] == 0:
                ready.append(follower)
    assert len(ready) == len(nodes)
    return earlier


def handle(nodes, name):
    """The variable that an operation reads or moves, behind what the loop wraps around it."""
    name = source(nodes[name].input[0])
    while nodes[name].op in ("Enter", "Switch", "Identity"):
        name = source(nodes[name].input[0])
    return name


def test_gradients_of_a_tensor_used_often_are_what_they_were():
    keep_order()
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        loss = x * x + x * 2 + tf.sqrt(x) + x
    assert float(tape.gradient(loss, x)) == pytest.approx(6 + 2 + 0.5 / np.sqrt(3) + 1)
