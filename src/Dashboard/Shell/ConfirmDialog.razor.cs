using System.Diagnostics.CodeAnalysis;
using MudBlazor;

namespace Weir.Dashboard.Shell;

public sealed partial class ConfirmDialog
{
    /// <summary>Whether the answer is yes; the reason is null when none was given.</summary>
    internal static bool Said([NotNullWhen(true)] DialogResult? answer, out string? reason)
    {
        reason = answer?.Data is string { Length: > 0 } given ? given : null;
        return answer is { Canceled: false };
    }
}

internal static class ConfirmDialogs
{
    public static async Task<DialogResult?> ConfirmAsync(this IDialogService dialogs, string title, string text, string yes, string no, bool askReason = false, bool grave = true)
    {
        var dialog = await dialogs.ShowAsync<ConfirmDialog>(title, new DialogParameters<ConfirmDialog> { { d => d.Text, text }, { d => d.Yes, yes }, { d => d.No, no }, { d => d.AskReason, askReason }, { d => d.Grave, grave } });
        return await dialog.Result;
    }
}
