//! Where a session connects to, as whom, and over what network.

use crate::access::Access;
use crate::endpoint::Endpoint;
use crate::network::NetworkConfig;

/// Where a session connects to, as whom, and over what network. Printing it shows no secret.
#[derive(Debug, Clone)]
pub struct Target {
    /// The server.
    pub endpoint: Endpoint,
    /// What it knows us by, or where that is had from.
    pub access: Access,
    /// How the machine reaches it.
    pub network: NetworkConfig,
}

impl Target {
    /// A target over the network as the system has it set up.
    pub fn new(endpoint: Endpoint, access: Access) -> Self {
        Self { endpoint, access, network: NetworkConfig::default() }
    }
}
