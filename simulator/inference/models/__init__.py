"""Descriptions of devices by others: JSON Schema, OpenAPI, DTDL, LoRaWAN codecs."""
