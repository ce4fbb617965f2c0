/**
 * YAML files as plain data, for whoever reads them. The parser behind this is loaded when it is first needed: it takes as
 * much memory as all else here.
 */
import type { YamlFile } from "./_yaml.ts";

export type { YamlFile, YamlPath } from "./_yaml.ts";

/**
 * Parses one YAML document without aliases and tags; how large it may be is for the caller to say.
 * @param file how messages name the source
 * @throws {SyntaxError} with `file:line:column` and the reason
 */
export async function readYaml(source: string, file: string): Promise<YamlFile> {
  const { parseYaml } = await import("./_yaml.ts");
  return parseYaml(source, file);
}
