using System.Buffers;

namespace Pipeline.Kernel.Actor;

/// <summary>Rules for the last part of an actor path: what a name may contain, and names for children created without one.</summary>
internal static class ActorName
{
    private const string AnonymousDigits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+~";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.*$+:@&=,!~';()\"");

    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || name[0] == '$')
        {
            return false;
        }

        while (!name.IsEmpty)
        {
            int special = name.IndexOfAnyExcept(Allowed);
            if (special < 0)
            {
                return true;
            }

            name = name[special..];
            if (name.Length < 3 || name[0] != '%' || !char.IsAsciiHexDigit(name[1]) || !char.IsAsciiHexDigit(name[2]))
            {
                return false;
            }

            name = name[3..];
        }

        return true;
    }

    public static void Check(string name)
    {
        if (!IsValid(name))
        {
            throw new InvalidActorNameException(
                $"Illegal actor name [{name}]: one or more of ASCII letters, digits, -_.*$+:@&=,!~';()\" or %hh, not starting with $.");
        }
    }

    /// <summary>$a, $b, ... $~, $ab, ... : never equal to a name that was given, because those cannot start with '$'.</summary>
    public static string Anonymous(int number)
    {
        Span<char> buffer = stackalloc char[8];
        buffer[0] = '$';
        int length = 1;
        uint rest = (uint)number;
        do
        {
            buffer[length++] = AnonymousDigits[(int)(rest & 63)];
            rest >>= 6;
        }
        while (rest != 0);
        return new string(buffer[..length]);
    }
}
