using System.Numerics;

namespace Pipeline.Mail.Dns;

/// <summary>The labels of host names, as octets or as characters.</summary>
internal static class HostLabels
{
    /// <summary>Whether the name is one or more labels of letters, digits, hyphens and underscores that neither begin nor end with a hyphen; no final dot.</summary>
    /// <remarks>
    /// The underscore is no part of a host name, but Windows hosts such as <c>mail_01.example</c> send it, and signing domains and selectors
    /// that hold one are in use.
    /// </remarks>
    public static bool AreValid<T>(ReadOnlySpan<T> name)
        where T : unmanaged, IBinaryInteger<T>
    {
        foreach (var range in name.Split(T.CreateTruncating('.')))
        {
            var label = name[range];
            if (label.Length is 0 or > DnsName.MaxLabelLength || label[0] == T.CreateTruncating('-') || label[^1] == T.CreateTruncating('-'))
            {
                return false;
            }

            foreach (var unit in label)
            {
                if (!IsLabelCharacter((char)ushort.CreateTruncating(unit)))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool IsLabelCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_';
}
