#include "client/commands/write_revision.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/base/error.h"
#include "agent/revisions/revision.h"
#include "brant/v1/migration_service.pb.h"
#include "client/new_file.h"

namespace brant {

absl::StatusOr<std::shared_ptr<const Bundle>> LoadOwnBundle(Context& context) {
  if (!context.HasFolder()) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST,
                 absl::StrCat("there is no folder '", context.folder(), "' of migrations here"))
        .Hint("'brant init' makes one; --migrations or BRANT_MIGRATIONS names another");
  }
  return context.bundle();
}

absl::Status WriteRevision(Context& context, const NewRevision& revision) {
  const std::string path =
      absl::StrCat(absl::StripSuffix(context.folder(), "/"), "/", revision.file);
  BRANT_RETURN_IF_ERROR(WriteNewFile(path, revision.text));
  Console& console = context.console();
  if (!console.json()) {
    console.Print(path);
    return absl::OkStatus();
  }
  BRANT_ASSIGN_OR_RETURN(const Revision parsed, ParseRevision(revision.file, revision.text));
  v1::GetRevisionResponse response;
  v1::Revision& message = *response.mutable_revision();
  message.set_id(parsed.id);
  message.mutable_parents()->Assign(parsed.parents.begin(), parsed.parents.end());
  message.mutable_dependencies()->Assign(parsed.dependencies.begin(), parsed.dependencies.end());
  message.mutable_labels()->Assign(parsed.labels.begin(), parsed.labels.end());
  message.set_message(parsed.message);
  message.set_create_date(parsed.create_date);
  message.set_file(parsed.file);
  message.set_checksum(parsed.checksum);
  response.set_text(parsed.text);
  console.PrintJson(response);
  return absl::OkStatus();
}

}  // namespace brant
