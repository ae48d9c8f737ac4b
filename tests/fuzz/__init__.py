"""Wrong files by the thousand: mutators that know what they change, and what must hold whatever comes of it."""
