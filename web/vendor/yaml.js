// What the console's forms take from yaml: a document with its nodes' places, and quoting.
export { Document, isAlias, isMap, isScalar, isSeq, parseDocument, Scalar } from "yaml";
