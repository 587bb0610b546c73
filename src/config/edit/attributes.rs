//! What a file carries beside its bytes, mode and owner: the access control list and extended attributes.

use std::fs::File;

use rustix::buffer::spare_capacity;
use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fsetxattr};
use rustix::io::Errno;

const ACCESS_LIST: &[u8] = b"system.posix_acl_access";
/// The most that Linux allows a list of names or a value to have, in bytes.
const MOST: usize = 64 << 10;

/// Gives `new` the attributes of `old`. A user that the list kept out must stay out, so where it cannot
/// be copied the answer is a warning, and the mode should let no other user in.
pub(super) fn copy(old: &File, new: &File, shown: &str) -> Option<String> {
    let mut names = Vec::with_capacity(MOST);
    if flistxattr(old, spare_capacity(&mut names)).is_err() {
        return None; // This file system has none.
    }
    let mut is_open = false;
    for name in names.split(|byte| *byte == 0).filter(|name| is_copied(name)) {
        let done = copy_one(old, new, name);
        is_open |= done.is_err() && name == ACCESS_LIST;
    }
    is_open.then(|| {
        format!("the access control list of {shown} cannot be kept; now only you can read the file")
    })
}

/// The kernel's own (`security.ima`, `trusted.…`) are bound to the bytes or to root.
fn is_copied(name: &[u8]) -> bool {
    name == ACCESS_LIST || name == b"security.selinux" || name.starts_with(b"user.")
}

fn copy_one(old: &File, new: &File, name: &[u8]) -> Result<(), Errno> {
    let mut value = Vec::with_capacity(MOST);
    fgetxattr(old, name, spare_capacity(&mut value))?;
    fsetxattr(new, name, &value, XattrFlags::empty())
}
