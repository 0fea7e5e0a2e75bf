using System.Globalization;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary><c>stat</c>: facts about a file as <c>name=value</c> pairs, for <c>extract</c>.</summary>
internal static class StatOperator
{
    private const string Permissions = "rwxrwxrwx";

    public static OperatorDefinition[] Definitions { get; } = [OperatorDefinition.Of("stat", Stat) with { SetsMark = true }];

    private static ExpansionResult Stat(OperatorCall call)
    {
        if (FilePath.Refuse(call.Subject) is { } refusal)
        {
            return ExpansionResult.Failed($"stat({call.Subject}) failed: {refusal}");
        }

        if (!FileStatus.TryRead(call.Subject, out var status, out var error))
        {
            return ExpansionResult.Failed($"stat({call.Subject}) failed: {error}");
        }

        return ExpansionResult.Success(string.Create(
            CultureInfo.InvariantCulture,
            $"mode={Convert.ToString(status.Mode & 0xfff, 8).PadLeft(4, '0')} smode={Symbolic(status.Mode)} inode={status.Inode} device={status.Device} "
            + $"links={status.Links} uid={status.UserId} gid={status.GroupId} size={status.Size} "
            + $"atime={status.Accessed} mtime={status.Modified} ctime={status.Changed}"));
    }

    private static string Symbolic(int mode)
    {
        var text = Permissions.ToCharArray();
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = (mode & (0x100 >> i)) != 0 ? text[i] : '-';
        }

        Special(2, 0x800, 's', 'S');
        Special(5, 0x400, 's', 'S');
        Special(8, 0x200, 't', 'T');
        return TypeLetter(mode) + new string(text);

        void Special(int place, int bit, char executable, char plain)
        {
            if ((mode & bit) != 0)
            {
                text[place] = text[place] == 'x' ? executable : plain;
            }
        }
    }

    private static char TypeLetter(int mode) => (mode & 0xf000) switch
    {
        0x1000 => 'p',
        0x2000 => 'c',
        0x4000 => 'd',
        0x6000 => 'b',
        0x8000 => '-',
        0xa000 => 'l',
        0xc000 => 's',
        _ => '?',
    };
}
