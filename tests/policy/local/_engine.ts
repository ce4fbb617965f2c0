/** Opens engines for tests. */
import { Engine } from "../../../lib/policy/local/engine.ts";
import type { OpenEngineOptions } from "../../../lib/policy/local/engine_options.ts";
import { fetchModel } from "../../../lib/policy/local/model/fetch_model.ts";

/** An engine for a folder, as `openLocalPolicy` opens it; released after. */
export async function withEngine<T>(
  model: string,
  how: OpenEngineOptions,
  body: (engine: Engine) => Promise<T>,
): Promise<T> {
  const { folder, chat: _, config: __, ...found } = await fetchModel(model);
  const engine = await Engine.open(folder, { ...found, ...how });
  try {
    return await body(engine);
  } finally {
    await engine.release();
  }
}
