//! The way into the leader: commands and polls go in through one queue, answers come back when they are durable.

use std::sync::Arc;

use headwater_core::{
    command::{Answer, Refusal, Request},
    effect::Recorded,
    id::Term,
    lease::{Grant, Join, Poll, Welcome},
};
use tokio::sync::{broadcast, mpsc, oneshot, watch};

/// What is asked of the leader, with the way back.
#[derive(Debug)]
pub(crate) enum Message {
    /// A command.
    Command(Box<Request>, oneshot::Sender<Result<Answer, ControlError>>),
    /// A worker joins.
    Join(Box<Join>, oneshot::Sender<Result<Welcome, ControlError>>),
    /// A worker's poll. The answer may be held back for a while.
    Poll(Box<Poll>, oneshot::Sender<Result<Grant, ControlError>>),
    /// Why runs and steps wait, from the world as it is now.
    Explain(oneshot::Sender<headwater_core::decide::QueueView>),
}

/// Whether this server leads, and who does otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody knows yet.
    Starting,
    /// This server leads under this term.
    Leading(Term),
    /// Another server leads, reachable at this address.
    Following {
        /// Its address, as in `http://10.0.0.7:4000`.
        leader: String,
    },
    /// The database cannot be reached; nobody may lead.
    Blind {
        /// What the database says.
        reason: String,
    },
}

/// Why a command or poll got no answer from the leader.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// The command was refused; nothing changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// This server does not lead. Pass it on to the leader, or try again soon.
    #[error("this server does not lead")]
    NotLeading,
    /// It is not known whether it took effect. Try again with the same idempotency key.
    #[error("the outcome is not known: {0}; try again with the same idempotency key")]
    Unknown(String),
    /// Too much is waiting already. Try again soon.
    #[error("the server is overloaded; try again soon")]
    Busy,
    /// The worker is not known (any more). It must join again under a new id.
    #[error("the worker is not known; it must join again")]
    UnknownWorker,
}

/// A handle to the leader loop of this server; cheap to clone.
#[derive(Clone, Debug)]
pub struct Control {
    pub(crate) queue: mpsc::Sender<Message>,
    pub(crate) standing: watch::Receiver<Standing>,
    pub(crate) feed: broadcast::Sender<Arc<[Recorded]>>,
}

impl Control {
    /// Whether this server leads; changes can be awaited.
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.clone()
    }

    /// Every batch that this server commits while it leads, right after the commit. One without changes says that
    /// something else has changed, see [`Control::touch`].
    ///
    /// It is a hint (D5): a slow reader loses batches and reads them from the store, and so does everybody on a
    /// server that does not lead.
    pub fn feed(&self) -> broadcast::Receiver<Arc<[Recorded]>> {
        self.feed.subscribe()
    }

    /// Tells those who follow the feed, by a batch without changes, that something changed which is in no batch.
    pub fn touch(&self) {
        // Nobody may be listening, which is nobody's loss.
        let _ = self.feed.send(Arc::from([]));
    }

    /// Carries out a command. An answer means that it is durable (D4).
    pub async fn command(&self, request: Request) -> Result<Answer, ControlError> {
        self.ask(|reply| Message::Command(Box::new(request), reply)).await
    }

    /// Lets a worker join.
    pub async fn join(&self, join: Join) -> Result<Welcome, ControlError> {
        self.ask(|reply| Message::Join(Box::new(join), reply)).await
    }

    /// Takes a worker's poll. It is answered when there is something to say, when a later poll of the same worker
    /// arrives, or after a while.
    pub async fn poll(&self, poll: Poll) -> Result<Grant, ControlError> {
        self.ask(|reply| Message::Poll(Box::new(poll), reply)).await
    }

    /// What waits, and why.
    pub async fn explain(&self) -> Result<headwater_core::decide::QueueView, ControlError> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Explain(reply))?;
        answer.await.map_err(|_| ControlError::NotLeading)
    }

    async fn ask<T>(
        &self,
        message: impl FnOnce(oneshot::Sender<Result<T, ControlError>>) -> Message,
    ) -> Result<T, ControlError> {
        let (reply, answer) = oneshot::channel();
        self.send(message(reply))?;
        // The loop drops the way back when it stops leading in the middle: whether the batch was written is open.
        answer.await.unwrap_or_else(|_| Err(ControlError::Unknown("the leader changed".into())))
    }

    fn send(&self, message: Message) -> Result<(), ControlError> {
        if !matches!(*self.standing.borrow(), Standing::Leading(_)) {
            return Err(ControlError::NotLeading);
        }
        self.queue.try_send(message).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => ControlError::Busy,
            mpsc::error::TrySendError::Closed(_) => ControlError::NotLeading,
        })
    }
}
