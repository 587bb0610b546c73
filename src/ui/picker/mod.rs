//! The picker: a person at a terminal types some letters and takes one thing out of many.
//!
//! Items come in, best first, and the number of the one taken is the answer. It draws and reads on the
//! terminal device only, and puts the screen back as it was. It knows no accounts and decides
//! nothing: what is empty stays empty.

mod device;
mod finder;
mod fzf;
mod keys;
mod screen;

use std::io;

use device::Device;
pub use finder::Item;
use finder::{Finder, Step};
use keys::Keys;
use screen::{Around, page, picture};

use crate::config::settings::PickerKind;
use crate::error::{Error, Kind, Result};

pub struct Choice<'a> {
    pub prompt: &'a str,
    pub items: &'a [Item],
    /// What would happen with an item; a few lines.
    pub preview: &'a dyn Fn(usize) -> String,
    pub coloured: bool,
}

impl Choice<'_> {
    pub fn make(&self, kind: PickerKind) -> Result<usize> {
        match kind {
            PickerKind::Fzf => fzf::pick(self.prompt, self.items),
            PickerKind::Builtin => self.search(selected),
        }
    }

    pub fn type_word(&self) -> Result<String> {
        self.search(|finder| Some(finder.query.trim().to_owned()).filter(|word| !word.is_empty()))
    }

    fn search<T>(&self, taken: impl Fn(&Finder<'_>) -> Option<T>) -> Result<T> {
        let device = Device::open().map_err(|error| {
            Error::new(
                Kind::NeedsAnswer,
                "a choice is needed, but there is no terminal to make it on",
            )
            .because(error)
        })?;
        let gone =
            |error: io::Error| Error::new(Kind::Cancelled, "the terminal is gone").because(error);
        let mut finder = Finder::new(self.items);
        let (mut keys, mut drawn, mut previewed) = (Keys::default(), String::new(), None);
        loop {
            if device.retake().map_err(gone)? {
                drawn.clear();
            }
            let size = device.size().map_err(gone)?;
            if previewed.as_ref().is_none_or(|(of, _)| *of != finder.current()) {
                previewed = Some((
                    finder.current(),
                    finder.current().map(self.preview).unwrap_or_default(),
                ));
            }
            let preview = previewed.as_ref().map_or("", |(_, text)| text.as_str());
            let around = Around { prompt: self.prompt, preview, coloured: self.coloured };
            let next = picture(&finder, &around, size);
            if next != drawn {
                device.draw(&next).map_err(gone)?;
                drawn = next;
            }
            let mut buffer = [0; 1024];
            let read = device.read(&mut buffer).map_err(gone)?;
            device.die_if_asked();
            if device.is_interrupted() {
                return Err(Error::new(Kind::Cancelled, "cancelled"));
            }
            let pressed: Vec<_> = match buffer.get(..read).unwrap_or_default() {
                [] => keys.idle().into_iter().collect(),
                bytes => keys.feed(bytes),
            };
            for key in pressed {
                match finder.press(key, page(size, preview)) {
                    Step::On => {}
                    Step::Left => return Err(Error::new(Kind::Cancelled, "cancelled")),
                    Step::Taken => {
                        if let Some(taken) = taken(&finder) {
                            return Ok(taken);
                        }
                    }
                }
            }
            finder.search();
        }
    }
}

fn selected(finder: &Finder<'_>) -> Option<usize> {
    finder.current()
}
