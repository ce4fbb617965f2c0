/** How a model is opened on the embedded engine: the words that its worker and its callers share. No native library here. */
import type { DeviceName } from "../../config/mod.ts";
import type { LoraConfig } from "./model/lora.ts";
import type { ModelUse } from "./memory.ts";

/** Awaited between pieces of work; may throw to stop. */
export type Between = () => Promise<void>;

/** What computes: this machine's processor, or a graphics processor through WebGPU. */
export type Device = DeviceName;

/** An adapter to be made, with the seed of its first values. */
export type NewLora = LoraConfig & { readonly seed: number };

/** How a model is opened. */
export interface OpenEngineOptions {
  /** Folder of an adapter to open it with. It is trained on from with `lora`; without, it is merged when training starts. */
  readonly adapter?: string | undefined;
  /** The folder of the tokenizer's files; absent: the model's. */
  readonly tokenizer?: string | undefined;
  /** What adapters' files call the model; absent: its folder. */
  readonly name?: string | undefined;
  /** The revision of that name, of a model of the hub. */
  readonly revision?: string | undefined;
  /** A checkpoint's folder whose log-probabilities are the reference; absent: the weights the model is opened with. */
  readonly reference?: string | undefined;
  /** The adapter that is trained; absent: all weights are. */
  readonly lora?: NewLora | undefined;
  /** Default `cpu`. */
  readonly device?: Device | undefined;
  /** What it is opened for; default `sampling`. */
  readonly use?: ModelUse | undefined;
  /** Bytes of memory to fit into; default: the machine's, where they may be asked for. */
  readonly memoryBytes?: number | undefined;
  /** Awaited while files are read. */
  readonly between?: Between | undefined;
}
