//! Tickets: from a code's text to verified claims, or to a defect.
