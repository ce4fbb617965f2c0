"""Serves a local model folder with SkyRL's Tinker API on the CPU: skyrl_server.py <model folder> <port> <work folder>.

SkyRL starts its engine with `uv run`, which is not here; the engine module itself takes plain arguments.
"""

import pathlib
import sys

import skyrl.tinker.api as api
import uvicorn
from skyrl.tinker.config import EngineConfig, config_to_argv

# 1 is PR_SET_PDEATHSIG: the engine ends with the server, however that ends.
ENGINE = (
    "import ctypes, runpy, signal; ctypes.CDLL(None).prctl(1, signal.SIGKILL); "
    "runpy.run_module('skyrl.tinker.engine', run_name='__main__', alter_sys=True)"
)

model, port, work = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])
api._build_uv_run_cmd_engine = lambda _, config: [
    sys.executable,
    "-c",
    ENGINE,
    *config_to_argv(config),
]
api.app.state.engine_config = EngineConfig(
    base_model=model,
    backend="jax",
    backend_config={"max_lora_adapters": 6, "max_lora_rank": 32},
    database_url=f"sqlite:///{work}/tinker.db",
    checkpoints_base=work / "checkpoints",
)
uvicorn.run(api.app, host="127.0.0.1", port=port, log_level="warning")
