/// The three standard streams as they really are: closed, full, or pipes that nobody reads any more.
#pragma once

#include <string_view>

namespace evsweep {

/// Before anything else of the program: a standard stream that is closed refers to something that takes no text from now on,
/// so that no file opened later gets its number; and a pipe without a reader, or a file that may not grow any more, is an
/// error of the write instead of the end of the process.
void prepare_streams();

/// Writes all of `text`, however long the stream keeps it waiting; returns 0 or the error number.
[[nodiscard]] int write_whole(int stream, std::string_view text);

/// Whether the stream takes a few lines now, without keeping anybody waiting.
[[nodiscard]] bool takes_text_now(int stream);

}  // namespace evsweep
