using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Expansion.Items;

/// <summary><c>${readfile{path}{eol}}</c>: the contents of a file, its line ends replaced when asked.</summary>
internal static class FileItems
{
    public static ItemDefinition[] Definitions { get; } = [ItemDefinition.Of("readfile", 1, 2, ReadAsync, setsMark: true)];

    private static async ValueTask<ExpansionResult> ReadAsync(ExpansionContext context, ExpandedArguments arguments)
    {
        var path = arguments[0];
        if (path.Length == 0)
        {
            return ExpansionResult.Failed("failed to open : No such file or directory");
        }

        if (context.Refuses(arguments.TaintOf(0), $"Tainted filename '{path}'"))
        {
            return ExpansionResult.Failed($"failed to open {path}: Permission denied");
        }

        if (FilePath.Refuse(path) is { } refusal)
        {
            return ExpansionResult.Failed($"failed to open {path}: {refusal}");
        }

        try
        {
            await using var file = new FileStream(OctetString.ToText(path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, useAsync: true);
            var octets = new MemoryStream();
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await file.ReadAsync(buffer, context.CancellationToken)) > 0)
            {
                octets.Write(buffer, 0, read);
                if (octets.Length > ExpansionContext.MaxResultLength)
                {
                    return ExpansionContext.TooLong();
                }
            }

            var text = OctetString.FromBytes(octets.GetBuffer().AsSpan(0, (int)octets.Length));
            return ExpansionResult.Success(arguments.Length > 1 ? text.Replace("\n", arguments[1], StringComparison.Ordinal) : text);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return ExpansionResult.Failed($"failed to open {path}: {FileErrors.Describe(problem)}");
        }
    }
}
