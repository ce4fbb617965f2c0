"""What TensorBoard's readers make of the event files of a folder, as one JSON object on standard output."""

import glob
import json
import sys

from tensorboard.backend.event_processing import event_accumulator, event_file_loader
from tensorboard.util import tensor_util

folder = sys.argv[1]


def raw(path):
    """Every event of one file, its checksums verified."""
    return [
        {
            "step": event.step,
            "file_version": event.file_version,
            "session": event.session_log.status if event.HasField("session_log") else None,
            "tags": [value.tag for value in event.summary.value],
        }
        for event in event_file_loader.LegacyEventFileLoader(path).Load()
    ]


accumulator = event_accumulator.EventAccumulator(folder, size_guidance={"scalars": 0, "tensors": 0})
accumulator.Reload()
tags = accumulator.Tags()

# The migration of old summaries turns scalars into tensors of rank 0: so does what TensorBoard shows.
series = {
    tag: [[event.step, event.wall_time, float(tensor_util.make_ndarray(event.tensor_proto).item())] for event in accumulator.Tensors(tag)]
    for tag in tags["tensors"]
    if accumulator.SummaryMetadata(tag).plugin_data.plugin_name == "scalars"
}
series |= {
    tag: [[event.step, event.wall_time, event.value] for event in accumulator.Scalars(tag)] for tag in tags["scalars"]
}
texts = {
    tag: [[event.step, tensor_util.make_ndarray(event.tensor_proto).item(0).decode()] for event in accumulator.Tensors(tag)]
    for tag in tags["tensors"]
    if accumulator.SummaryMetadata(tag).plugin_data.plugin_name == "text"
}
files = {path.rsplit("/", 1)[-1]: raw(path) for path in sorted(glob.glob(folder + "/*"))}
print(json.dumps({"series": series, "texts": texts, "files": files}))
