//! Tools: what may be called, the calls, and their answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::content::{Blob, FileData};
use super::nullable;
use super::scalar::{LenientInt, string_enum};

/// One entry of `tools`; each set member switches one capability on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Tool {
    /// Functions the client offers.
    #[serde(alias = "function_declarations", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub function_declarations: Vec<FunctionDeclaration>,
    /// Google Search.
    #[serde(alias = "google_search", skip_serializing_if = "Option::is_none")]
    pub google_search: Option<Value>,
    /// Code execution.
    #[serde(alias = "code_execution", skip_serializing_if = "Option::is_none")]
    pub code_execution: Option<Value>,
    /// Reading of web addresses.
    #[serde(alias = "url_context", skip_serializing_if = "Option::is_none")]
    pub url_context: Option<Value>,
    /// Google Maps.
    #[serde(alias = "google_maps", skip_serializing_if = "Option::is_none")]
    pub google_maps: Option<Value>,
    /// Search in stored files.
    #[serde(alias = "file_search", skip_serializing_if = "Option::is_none")]
    pub file_search: Option<Value>,
    /// Computer use.
    #[serde(alias = "computer_use", skip_serializing_if = "Option::is_none")]
    pub computer_use: Option<Value>,
    /// MCP servers.
    #[serde(alias = "mcp_servers", skip_serializing_if = "Option::is_none")]
    pub mcp_servers: Option<Value>,
    /// Older search.
    #[serde(alias = "google_search_retrieval", skip_serializing_if = "Option::is_none")]
    pub google_search_retrieval: Option<Value>,
    /// Retrieval from a data store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retrieval: Option<Value>,
    /// Enterprise web search.
    #[serde(alias = "enterprise_web_search", skip_serializing_if = "Option::is_none")]
    pub enterprise_web_search: Option<Value>,
    /// Parallel.ai search.
    #[serde(alias = "parallel_ai_search", skip_serializing_if = "Option::is_none")]
    pub parallel_ai_search: Option<Value>,
    /// Exa.ai search.
    #[serde(alias = "exa_ai_search", skip_serializing_if = "Option::is_none")]
    pub exa_ai_search: Option<Value>,
}

/// A function the client offers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FunctionDeclaration {
    /// At most 128 characters of `[A-Za-z0-9_.:-]`, the first a letter or underscore.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// When to call it, for the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its parameters in the API's own schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Schema>,
    /// Its parameters as JSON Schema.
    #[serde(alias = "parameters_json_schema", skip_serializing_if = "Option::is_none")]
    pub parameters_json_schema: Option<Value>,
    /// Its result in the API's own schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<Schema>,
    /// Its result as JSON Schema.
    #[serde(alias = "response_json_schema", skip_serializing_if = "Option::is_none")]
    pub response_json_schema: Option<Value>,
    /// Whether the model waits for the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behavior: Option<Behavior>,
}

string_enum! {
    /// Whether the model waits for a function's answer.
    Behavior {
        Blocking = "BLOCKING",
        NonBlocking = "NON_BLOCKING",
    }
}

/// The API's subset of OpenAPI schemas. Note that `additionalProperties` is not part of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Schema {
    /// `OBJECT`, `STRING`, `NUMBER`, `INTEGER`, `BOOLEAN`, `ARRAY`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// For example `enum`, `date-time`, `int32`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// A title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is, for the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether null is allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nullable: Option<bool>,
    /// The allowed strings.
    #[serde(rename = "enum", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Members of an object.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, Schema>,
    /// Names of members that must be there.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
    /// Order in which members are generated.
    #[serde(alias = "property_ordering", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub property_ordering: Vec<String>,
    /// Elements of an array.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Box<Schema>>,
    /// Alternatives.
    #[serde(alias = "any_of", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<Schema>,
    /// Fewest elements.
    #[serde(alias = "min_items", skip_serializing_if = "Option::is_none")]
    pub min_items: Option<LenientInt>,
    /// Most elements.
    #[serde(alias = "max_items", skip_serializing_if = "Option::is_none")]
    pub max_items: Option<LenientInt>,
    /// Shortest string.
    #[serde(alias = "min_length", skip_serializing_if = "Option::is_none")]
    pub min_length: Option<LenientInt>,
    /// Longest string.
    #[serde(alias = "max_length", skip_serializing_if = "Option::is_none")]
    pub max_length: Option<LenientInt>,
    /// Fewest members.
    #[serde(alias = "min_properties", skip_serializing_if = "Option::is_none")]
    pub min_properties: Option<LenientInt>,
    /// Most members.
    #[serde(alias = "max_properties", skip_serializing_if = "Option::is_none")]
    pub max_properties: Option<LenientInt>,
    /// Regular expression a string matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Least number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    /// Greatest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<f64>,
    /// An example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
    /// The value when absent.
    #[serde(rename = "default", skip_serializing_if = "Option::is_none")]
    pub default_value: Option<Value>,
}

/// A call the model asks for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FunctionCall {
    /// Opaque; to be echoed. Missing on some surfaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The function.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Its arguments; missing means none.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Map::is_empty")]
    pub args: Map<String, Value>,
    /// Pieces of arguments still being written.
    #[serde(alias = "partial_args", deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub partial_args: Vec<Value>,
    /// More pieces of this call follow.
    #[serde(alias = "will_continue", skip_serializing_if = "Option::is_none")]
    pub will_continue: Option<bool>,
}

/// The answer to a call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FunctionResponse {
    /// The call's id, verbatim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The function.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The result; by convention with the keys `output`, `result` or `error`.
    #[serde(deserialize_with = "nullable")]
    pub response: Map<String, Value>,
    /// When the model speaks of it; for functions it does not wait for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduling: Option<Scheduling>,
    /// More answers to the same call follow.
    #[serde(alias = "will_continue", skip_serializing_if = "Option::is_none")]
    pub will_continue: Option<bool>,
    /// Results that are not JSON.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<FunctionResponsePart>,
}

string_enum! {
    /// When the model speaks of an answer it did not wait for.
    Scheduling {
        Interrupt = "INTERRUPT",
        WhenIdle = "WHEN_IDLE",
        Silent = "SILENT",
    }
}

/// A result that is not JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FunctionResponsePart {
    /// The bytes themselves.
    #[serde(alias = "inline_data", skip_serializing_if = "Option::is_none")]
    pub inline_data: Option<Blob>,
    /// A reference to them.
    #[serde(alias = "file_data", skip_serializing_if = "Option::is_none")]
    pub file_data: Option<FileData>,
}
