namespace Pipeline.Policy;

/// <summary>A compiled configuration: immutable, numbered, shared by every message that began under it.</summary>
public sealed class MailPolicy
{
}
