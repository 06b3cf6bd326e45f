/// The charging points of a study in its result file.
#pragma once

namespace evsweep {

class ResultFile;
struct StudyResult;

/// Writes the group /connectors: group, bus, wires and ratings of every charging point. Nothing without any.
void write_connectors(ResultFile& file, const StudyResult& result);

}  // namespace evsweep
