#include "client/commands/registry.h"

namespace brant {
namespace {

constexpr CommandEntry kCommands[] = {
    {"init", "Make a folder of migrations and a brant.toml", MakeInitCommand},
    {"revision", "Write a new migration file", MakeRevisionCommand},
    {"edit", "Open a migration file in $EDITOR", MakeEditCommand},
    {"merge", "Write a migration file that joins heads", MakeMergeCommand},
    {"lint", "Look for what blocks, rewrites or loses data in migrations", MakeLintCommand},
    {"upgrade", "Apply revisions up to a target", MakeUpgradeCommand},
    {"downgrade", "Undo revisions down to a target", MakeDowngradeCommand},
    {"check", "Fail if the models need a new revision", MakeCheckCommand},
    {"diff", "Show the SQL between the database and the models", MakeDiffCommand},
    {"verify", "Try revisions up, down and up again in scratch space", MakeVerifyCommand},
    {"inspect", "Show the database's schema", MakeInspectCommand},
    {"plan", "Show what upgrade or downgrade would run", MakePlanCommand},
    {"stamp", "Mark the database as being at a revision, without running anything",
     MakeStampCommand},
    {"repair", "Accept edited files, or settle a statement in doubt", MakeRepairCommand},
    {"status", "Show where the database is, and what runs", MakeStatusCommand},
    {"current", "List the revisions that the database is at", MakeCurrentCommand},
    {"history", "List revisions, the newest first", MakeHistoryCommand},
    {"heads", "List the revisions that nothing revises", MakeHeadsCommand},
    {"branches", "List the revisions that several others revise", MakeBranchesCommand},
    {"show", "Show one revision", MakeShowCommand},
    {"runs", "List past and present runs, or show one", MakeRunsCommand},
    {"wait", "Wait until the database is at a revision", MakeWaitCommand},
    {"watch", "Follow a run to its end", MakeWatchCommand},
    {"cancel", "Stop a run", MakeCancelCommand},
    {"version", "Print the version", MakeVersionCommand},
};

}  // namespace

absl::Span<const CommandEntry> AllCommands() { return kCommands; }

}  // namespace brant
