"""People, the organisations they act for, and the territories these belong to."""

import uuid
from collections.abc import Collection
from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import MaxLengthValidator
from django.db import connections, models
from django.db.models import Case, Q, When
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import check_commune, check_rna, check_siren
from accounts.pictures import portrait_path, portraits
from accounts.territories import key

LARGEST = ("-population", "kind", "code")


class ActorKind(models.TextChoices):
    """Kinds of actor (domain.md 1.4)."""

    PUBLIC_AUTHORITY = "public_authority", _("collectivité ou administration")
    ASSOCIATION = "association", _("association")
    FOUNDATION = "foundation", _("fondation")
    COMPANY = "company", _("entreprise")
    ACADEMIC = "academic", _("monde académique")
    SUPPORT_BODY = "support_body", _("structure d’appui")
    RESIDENT_GROUP = "resident_group", _("collectif d’habitants")
    MEDIA = "media", _("média")


class TerritoryQuerySet(models.QuerySet["Territory"]):
    def starting_with(self, prefix: str) -> Self:
        """Rows whose search key begins with `prefix` (already a key), by an index on both engines."""
        if connections[self.db].vendor == "sqlite":  # LIKE would read the whole table there
            return self.filter(search_key__gte=prefix, search_key__lt=prefix + "{")  # "{" follows "z"
        return self.filter(search_key__startswith=prefix)

    def matching(self, typed: str, kinds: Collection[str] = ()) -> list["Territory"]:
        """At most twelve territories for what a person has typed so far: the exact name first, then the largest."""
        rows = self.filter(kind__in=kinds) if kinds else self
        typed = typed.replace("\0", "").strip()  # PostgreSQL refuses a null character
        wanted = key(typed)
        if not wanted:
            return []
        if any(digit.isdigit() for digit in wanted) and " " not in wanted:
            code = wanted.upper()
            rows = rows.filter(Q(postcodes__contains=f" {code}") | Q(code__startswith=code))
            first = Case(When(code=code, then=1), default=0)
            coded: list[Territory] = list(rows.annotate(first=first).order_by("-first", *LARGEST)[:12])
            return coded
        rank = Case(When(search_key=wanted, then=2), When(name__istartswith=typed.replace("'", "’"), then=1), default=0)
        found: list[Territory] = list(rows.starting_with(wanted).annotate(rank=rank).order_by("-rank", *LARGEST)[:12])
        if len(found) < 12 and len(wanted) >= 3:
            inside = rows.filter(search_key__contains=f" {wanted}").exclude(pk__in=[each.pk for each in found])
            found += inside.order_by(*LARGEST)[: 12 - len(found)]
        return found


class Territory(models.Model):
    """An administrative territory of the official geographic code (COG), with the year of the code it comes from."""

    class Kind(models.TextChoices):
        COMMUNE = "commune", _("commune")
        EPCI = "epci", _("intercommunalité")
        DEPARTMENT = "department", _("département")
        REGION = "region", _("région")

    kind = models.CharField(max_length=12, choices=Kind)
    # INSEE code of 5, 2 to 3 or 2 characters, or SIREN of 9 digits for an EPCI: always a string (GEO-01).
    code = models.CharField(max_length=9)
    name = models.CharField(max_length=120)
    search_key = models.CharField(max_length=120, db_index=True)
    department_code = models.CharField(max_length=3, blank=True)
    region_code = models.CharField(max_length=3, blank=True)
    epci_code = models.CharField(max_length=9, blank=True)
    postcode = models.CharField(max_length=5, blank=True, db_index=True)  # the main one
    postcodes = models.CharField(max_length=160, blank=True)  # all of them, between spaces
    population = models.PositiveIntegerField(default=0)
    vintage = models.PositiveSmallIntegerField()

    objects = TerritoryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="territory_once")]
        ordering = ["-population", "code"]
        verbose_name = _("territoire")

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name with what tells it from its namesakes: « Saint-Denis (93200) », « CC du Perche (28) »."""
        place = {self.Kind.COMMUNE: self.postcode or self.code, self.Kind.EPCI: self.department_code}.get(
            self.Kind(self.kind), self.get_kind_display()
        )
        return f"{self.name} ({place})" if place else self.name

    def answers_to(self, typed: str) -> bool:
        """True when `typed` is this territory's whole name, label, code or postcode, however it is spelt."""
        wanted = typed.strip().upper()
        return (
            typed.strip() == self.label
            or key(typed) == self.search_key
            or wanted == self.code
            or wanted in self.postcodes.split()
        )


class Organisation(models.Model):
    """A legal person that enrols members."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("nom"), max_length=160)
    kind = models.CharField(_("nature"), max_length=20, choices=ActorKind)
    siren = models.CharField(_("SIREN"), max_length=9, blank=True, validators=[check_siren])
    rna = models.CharField(_("numéro RNA"), max_length=10, blank=True, validators=[check_rna])
    insee_code = models.CharField(_("code INSEE"), max_length=5, blank=True, validators=[check_commune])
    territory = models.ForeignKey(
        Territory,
        verbose_name=_("territoire"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="organisations",
    )

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("organisation")
        constraints = [
            models.UniqueConstraint(fields=["siren"], condition=~models.Q(siren=""), name="organisation_siren_once"),
            models.UniqueConstraint(fields=["rna"], condition=~models.Q(rna=""), name="organisation_rna_once"),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Roles are held in spaces (`spaces.Membership`); only `is_superuser` is platform-wide."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("adresse électronique"), max_length=254, unique=True)  # always lower case
    display_name = models.CharField(_("nom affiché"), max_length=80, blank=True)
    function = models.CharField(_("fonction"), max_length=120, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="people",
    )
    language = models.CharField(
        _("langue"), max_length=2, default="fr", choices=[("fr", "Français"), ("en", "English")]
    )
    picture = models.ImageField(_("portrait"), upload_to=portrait_path, storage=portraits, blank=True)
    about = models.TextField(_("présentation"), blank=True, validators=[MaxLengthValidator(600)])
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case")]
        ordering = ["display_name", "id"]
        verbose_name = _("personne")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    @property
    def name(self) -> str:
        """What others read: never the address."""
        return self.display_name or str(_("Personne sans nom"))

    @property
    def first_name(self) -> str:
        """The short name shown on a projector."""
        return self.name.split(" ")[0]

    @property
    def initials(self) -> str:
        words = [word for word in self.name.replace("-", " ").split() if word[:1].isalpha()]
        return ((words[0][0] + words[-1][0]) if len(words) > 1 else self.name[:2]).upper()
