import { createRulesetFunction } from "@stoplight/spectral-core";

const filled = (value) => value !== undefined && value !== null && Object.keys(Object(value)).length > 0;

/** An example may stand at the media type or parameter (`example`, `examples`) or in its schema. */
const shown = (holder) =>
  holder !== undefined &&
  (holder.example !== undefined ||
    filled(holder.examples) ||
    holder.schema?.example !== undefined ||
    filled(holder.schema?.examples));

const anyMediaShown = (holder) => Object.values(holder?.content ?? {}).some(shown);

const successes = (operation) =>
  Object.entries(operation.responses ?? {})
    .filter(([status]) => status.startsWith("2"))
    .map(([, response]) => response);

/** A body that is taken must be shown; else a body that is given; an operation with neither shows a parameter, if it has one. */
export default createRulesetFunction({ input: { type: "object" }, options: null }, (operation) => {
  if (operation.requestBody) {
    return anyMediaShown(operation.requestBody) ? [] : [{ message: "The request body has no example." }];
  }
  const given = successes(operation).filter((response) => filled(response?.content));
  if (given.length > 0) {
    return given.some(anyMediaShown) ? [] : [{ message: "No successful response has an example." }];
  }
  const parameters = operation.parameters ?? [];
  return parameters.length === 0 || parameters.some(shown) ? [] : [{ message: "No parameter has an example." }];
});
