/* The language's words, from its JSON Schema: what may stand at a path, and how people call it.

   A shape is a part of the schema with its references followed. `null` stands for "left out" in the
   schema and is no choice of a form.
*/
const MOST_SHAPES = 50; // alternatives that are looked at in each step of a path

export class Vocabulary {
  constructor(schema) {
    this.schema = schema;
    this.root = this.follow(schema);
  }

  /* A shape with its reference followed; what stands beside the reference wins. */
  follow(shape) {
    if (!shape?.$ref) return opened(shape ?? {});
    const found = shape.$ref.slice(2).split("/").reduce((part, step) => part?.[step.replaceAll("~1", "/").replaceAll("~0", "~")], this.schema);
    const { $ref, ...beside } = shape;
    return { ...this.follow(found), ...beside };
  }

  /* The alternatives of a shape, one level deep after another, without null. */
  variants(shape) {
    const whole = this.follow(shape);
    const several = whole.oneOf ?? whole.anyOf;
    if (!several) return whole.type === "null" ? [] : [whole];
    if (whole.properties) return [whole]; // its alternatives only say which words go together
    const { oneOf, anyOf, ...beside } = whole;
    const about = { description: beside.description, examples: beside.examples };
    return several.flatMap((each) => this.variants(each)).map((each) => ({ ...about, ...definedOnly(each) }));
  }

  /* What kinds of text a shape takes: "expression", "duration", "chance", ... */
  marks(shape) {
    const whole = this.follow(shape);
    const own = whole.$comment ? [whole.$comment] : [];
    return new Set([...own, ...(whole.oneOf ?? whole.anyOf ?? []).flatMap((each) => [...this.marks(each)])]);
  }

  /* The types that a shape takes: "string", "number", "array", ... */
  types(shape) {
    return new Set(this.variants(shape).flatMap((each) => each.type ?? typesOfValues(each.enum ?? [each.const])));
  }

  /* The words of a mapping of which exactly one stands there: a message's kinds of payload. */
  exclusive(shape) {
    const several = shape.oneOf ?? [];
    const isChoice = shape.properties && several.length > 1 && several.every((each) => each.required?.length === 1 && !each.properties);
    return isChoice ? several.map((each) => each.required[0]) : [];
  }

  /* Of a shape's alternatives the one that a value is, else the first. */
  variantOf(shape, value) {
    const variants = this.variants(shape);
    return variants.find((each) => this.fits(each, value)) ?? variants.find((each) => hasType(each, value)) ?? variants[0] ?? {};
  }

  fits(variant, value) {
    if (!hasType(variant, value)) return false;
    if (!isMapping(value)) return true;
    const words = Object.keys(value);
    const isKnown = !variant.properties || variant.additionalProperties !== false || words.every((word) => word in variant.properties);
    const isWhole = (variant.required ?? []).every((word) => word in value);
    return isKnown && isWhole && words.every((word) => this.holds(variant.properties?.[word], value[word]));
  }

  holds(shape, value) {
    if (!shape) return true;
    if (shape.not?.type === "object" && isMapping(value)) return false;
    return value === null || this.variants(shape).some((each) => hasType(each, value));
  }

  /* What may stand at a path of this data. */
  shapeAt(path, data) {
    let shape = this.root;
    let value = data;
    for (const step of path) {
      shape = this.child(this.variantFor(shape, value, step), step);
      value = value?.[step];
      if (!shape) return null;
    }
    return this.follow(shape);
  }

  /* All that may stand at a path, whatever the data: for a document that is half written. */
  shapesAt(path) {
    return path.reduce((shapes, step) => {
      const next = shapes.flatMap((shape) => this.variants(shape)).map((variant) => this.child(variant, step)).filter(Boolean);
      return [...new Map(next.map((shape) => [JSON.stringify(shape), this.follow(shape)])).values()].slice(0, MOST_SHAPES);
    }, [this.root]);
  }

  /* The alternative that a value is, or while it is half written one that has the next word. */
  variantFor(shape, value, step) {
    const whole = this.follow(shape);
    const chosen = this.variantOf(whole, value);
    if (this.child(chosen, step)) return chosen;
    return this.variants(whole).find((each) => this.child(each, step)) ?? chosen;
  }

  child(shape, step) {
    if (typeof step === "number") return shape.prefixItems?.[step] ?? shape.items ?? null;
    const open = typeof shape.additionalProperties === "object" ? shape.additionalProperties : null;
    return shape.properties?.[step] ?? open;
  }

  /* The generators of metrics: { word, family, summary, examples, form, shape }. */
  get generators() {
    this.known ??= this.variants(this.schema.$defs.Metric).filter((form) => !form.title?.includes(",")).map((form) => this.generator(form));
    return this.known;
  }

  generator(form) {
    const shape = this.follow(form.properties[form.title]);
    return {
      word: form.title,
      family: form["x-family"] ?? shape["x-family"] ?? "",
      summary: plainText(shape.description ?? ""),
      examples: (form.examples ?? []).filter(isMapping),
      form,
      shape,
    };
  }

  generatorOf(metric) {
    return isMapping(metric) ? this.generators.find(({ word }) => word in metric) : undefined;
  }

  /* A small value that a shape takes: its example, its default, or what it needs at least. */
  sample(shape, depth = 0) {
    const whole = this.follow(shape);
    if (whole.default !== undefined && whole.default !== null) return whole.default;
    const [example] = whole.examples ?? this.variants(whole).flatMap((each) => each.examples ?? []);
    if (example !== undefined) return example;
    const [first = {}] = this.variants(whole);
    if (first.const !== undefined) return first.const;
    if (first.enum) return first.enum[0];
    return this.smallest(first, depth);
  }

  smallest(shape, depth) {
    const [type] = [shape.type ?? "string"].flat();
    if (type === "object") {
      const needed = depth > 6 ? [] : [...(shape.required ?? []), ...this.exclusive(shape).slice(0, 1)];
      return Object.fromEntries(needed.map((word) => [word, this.sample(shape.properties[word], depth + 1)]));
    }
    if (type === "array") {
      const items = shape.prefixItems ?? Array(shape.minItems ?? 0).fill(shape.items);
      return items.map((item) => this.sample(item, depth + 1));
    }
    if (type === "boolean") return true;
    if (type === "number" || type === "integer") return shape.minimum > 0 ? shape.minimum : shape.exclusiveMinimum >= 0 ? 1 : 0;
    return "";
  }
}

/* A mapping whose keys follow a pattern has keys of the visitor's own, as one that is open. */
function opened(shape) {
  const [first] = Object.values(shape.patternProperties ?? {});
  return first && !shape.additionalProperties ? { ...shape, additionalProperties: first } : shape;
}

export function isMapping(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/* A description without the marks of code; its first paragraph. */
export function plainText(description) {
  return description.split("\n\n")[0].replaceAll("``", "").replaceAll("`", "").replace(/\s+/g, " ").trim();
}

function typeOf(value) {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
}

function hasType(variant, value) {
  if (variant.not?.type === "object" && isMapping(value)) return false;
  if (variant.const !== undefined) return variant.const === value;
  if (variant.enum) return variant.enum.includes(value);
  const types = [variant.type ?? []].flat();
  return !types.length || types.includes(typeOf(value)) || (types.includes("integer") && Number.isInteger(value));
}

function typesOfValues(values) {
  return values.map(typeOf).filter((type) => type !== "null");
}

function definedOnly(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
