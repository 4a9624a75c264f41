//! A connection to the server for one stream: packets of a socket, in one buffer that never grows.

use std::{
    ffi::CString,
    io::{Read, Write},
    ops::Range,
    os::unix::net::UnixStream,
};

use pulseaudio::{
    ClientError,
    protocol::{
        AuthParams, AuthReply, Command, CommandReply, DESCRIPTOR_SIZE, MAX_VERSION, Prop, Props, ProtocolError,
        SetClientNameReply, read_descriptor, read_reply_message, write_command_message,
    },
};

/// The server's own largest packet of sound is 64 KiB; pages that no packet reaches cost nothing.
const BUFFER: usize = 256 * 1024;

/// Packets on this channel are commands; the others are sound.
const COMMANDS: u32 = u32::MAX;

/// What came.
pub(super) enum Packet<'a> {
    /// A command, header and all.
    Command(&'a [u8]),
    /// Recorded bytes.
    Sound(&'a [u8]),
}

/// One connection.
pub(super) struct Link {
    socket: UnixStream,
    version: u16,
    sequence: u32,
    buffer: Vec<u8>,
    /// Bytes in the buffer that are still to be looked at.
    unread: Range<usize>,
}

impl Link {
    /// Connects to the server the environment names. Blocks as long as the server likes.
    pub(super) fn connect() -> Result<Self, ClientError> {
        let path = pulseaudio::socket_path_from_env().ok_or(ClientError::ServerUnavailable)?;
        let cookie = pulseaudio::cookie_path_from_env().and_then(|path| std::fs::read(path).ok()).unwrap_or_default();
        let socket = UnixStream::connect(path)?;
        let mut link = Self { socket, version: MAX_VERSION, sequence: 0, buffer: vec![0; BUFFER], unread: 0..0 };
        let auth = AuthParams { version: MAX_VERSION, supports_shm: false, supports_memfd: false, cookie };
        let reply: AuthReply = link.ask(&Command::Auth(auth))?;
        link.version = reply.version.min(MAX_VERSION);
        let mut properties = Props::new();
        properties.set(Prop::ApplicationName, c"vivavoce");
        if let Ok(process) = CString::new(std::process::id().to_string()) {
            properties.set(Prop::ApplicationProcessId, process);
        }
        let _: SetClientNameReply = link.ask(&Command::SetClientName(properties))?;
        Ok(link)
    }

    /// Sends a command and waits for its reply.
    pub(super) fn ask<R: CommandReply>(&mut self, command: &Command) -> Result<R, ClientError> {
        let (version, asked) = (self.version, self.sequence);
        self.sequence += 1;
        write_command_message(&mut self.socket, asked, command, version)?;
        loop {
            let Packet::Command(mut packet) = self.next()? else {
                continue;
            };
            match read_reply_message(&mut packet, version) {
                Ok((sequence, reply)) if sequence == asked => return Ok(reply),
                Ok(_) => return Err(ClientError::UnexpectedSequenceNumber),
                // News that nobody asked for.
                Err(ProtocolError::UnexpectedCommand(_)) => {}
                Err(ProtocolError::ServerError(error)) => return Err(ClientError::ServerError(error)),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Waits for the next packet. Allocates nothing.
    pub(super) fn next(&mut self) -> Result<Packet<'_>, ClientError> {
        self.fetch(DESCRIPTOR_SIZE)?;
        let header = read_descriptor(&mut &self.buffer[self.unread.clone()])?;
        let length = DESCRIPTOR_SIZE + header.length as usize;
        self.fetch(length)?;
        let start = self.unread.start;
        self.unread.start += length;
        let packet = &self.buffer[start..start + length];
        Ok(if header.channel == COMMANDS { Packet::Command(packet) } else { Packet::Sound(&packet[DESCRIPTOR_SIZE..]) })
    }

    /// Sends bytes that are a packet already.
    pub(super) fn send(&mut self, packet: &[u8]) -> Result<(), ClientError> {
        Ok(self.socket.write_all(packet)?)
    }

    /// What both sides have agreed to speak.
    pub(super) fn version(&self) -> u16 {
        self.version
    }

    /// A second handle, to end the connection with.
    pub(super) fn handle(&self) -> Result<UnixStream, ClientError> {
        Ok(self.socket.try_clone()?)
    }

    /// Waits until `wanted` bytes are there to be looked at.
    fn fetch(&mut self, wanted: usize) -> Result<(), ClientError> {
        if wanted > BUFFER {
            return Err(ProtocolError::Invalid(format!("a packet of {wanted} bytes")).into());
        }
        if self.unread.start + wanted > BUFFER {
            self.buffer.copy_within(self.unread.clone(), 0);
            self.unread = 0..self.unread.len();
        }
        while self.unread.len() < wanted {
            if self.unread.is_empty() {
                self.unread = 0..0;
            }
            let read = self.socket.read(&mut self.buffer[self.unread.end..])?;
            if read == 0 {
                return Err(ClientError::Disconnected);
            }
            self.unread.end += read;
        }
        Ok(())
    }
}
