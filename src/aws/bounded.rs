//! A connector whose replies have an end: what AWS says fits into a few pages, and a server that
//! never stops must not fill the memory.

use std::pin::Pin;
use std::task::{Context, Poll};

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::{Error as BodyError, SdkBody};
use http_body::{Body, Frame, SizeHint};

/// The longest body read, in bytes. A real one has about 2,000.
const LONGEST: usize = 1 << 20;

/// Cuts off replies that are longer than any of AWS.
#[derive(Debug)]
pub(super) struct Bounded(pub(super) SharedHttpConnector);

impl HttpConnector for Bounded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let reply = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let mut reply = reply.await?;
            let inner = std::mem::replace(reply.body_mut(), SdkBody::taken());
            *reply.body_mut() = SdkBody::from_body_1_x(Limited { inner, left: LONGEST });
            Ok(reply)
        })
    }
}

/// The whole of a body; `None` for one that broke off or was cut off.
pub(super) async fn whole_of(mut body: SdkBody) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(frame) =
        std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
    {
        if let Ok(data) = frame.ok()?.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    Some(bytes)
}

struct Limited {
    inner: SdkBody,
    left: usize,
}

impl Body for Limited {
    type Data = <SdkBody as Body>::Data;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, BodyError>>> {
        let frame = Pin::new(&mut self.inner).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &frame {
            let length = frame.data_ref().map_or(0, |data| data.as_ref().len());
            match self.left.checked_sub(length) {
                Some(left) => self.left = left,
                None => {
                    return Poll::Ready(Some(Err("the reply is longer than any of AWS".into())));
                }
            }
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        Body::size_hint(&self.inner)
    }
}
